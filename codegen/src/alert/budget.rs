//! Error budgets: burning too fast, mostly spent, exhausted.

use super::template::{PERCENT, verbatim};
use super::{Alert, Guide, Urgency};
use crate::objective::{self, Objective, POLICY, Sli, Window, pairs};
use crate::plan::Plan;
use crate::query::Query;
use crate::subject::{Board, Subject};
use obs_model::duration;

mod cases;

/// The hundredths of a budget that are spent when somebody should know.
const MOSTLY: u128 = 75;

/// The alert that pages.
const FAST: &str = "ErrorBudgetBurnFast";

/// An alert, and whose it is.
struct About<'a> {
    objective: &'a Objective,
    alert: Alert,
}

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let subject = &plan.subject;
    let objectives = objective::all(plan);
    let mut alerts = Vec::new();
    for objective in &objectives {
        let made = [
            burning(objective, Urgency::Page, subject),
            burning(objective, Urgency::Ticket, subject),
            Some(spent(objective, MOSTLY, subject)),
            Some(spent(objective, 100, subject)),
        ];
        alerts.extend(made.into_iter().flatten().map(|alert| About { objective, alert }));
    }
    let cases = cases::all(&alerts, &objectives, subject);
    alerts.into_iter().zip(cases).map(|(About { alert, .. }, cases)| Alert { cases, ..alert }).collect()
}

/// The ratio of bad events over a window, as recorded.
fn ratio(objective: &Objective, window: Window, subject: &Subject) -> Query {
    objective.recorded(&format!("slo:sli_error:ratio_rate{}", window.name()), subject).now()
}

/// There were events enough in the window to judge by.
fn enough(objective: &Objective, window: Window, subject: &Subject) -> Query {
    let events = objective.recorded(&format!("slo:events:increase{}", window.name()), subject);
    events.now().from(&objective.min_events.to_string())
}

/// The budget is spent too fast, both over a long window and right now.
fn burning(objective: &Objective, urgency: Urgency, subject: &Subject) -> Option<Alert> {
    let pairs: Vec<_> = pairs(objective).into_iter().filter(|pair| pair.urgency == urgency).collect();
    let slowest = pairs.last()?.clone();
    let parts = pairs.iter().map(|pair| {
        let above = |window| ratio(objective, window, subject).above(&pair.threshold);
        above(pair.long)
            .and(&["job"], &above(pair.short))
            .and(&["job"], &enough(objective, pair.long, subject))
    });
    let query = parts.reduce(|all, part| all.or(&part))?.max_without(&["sloth_window"]);
    let (name, after) = match urgency {
        Urgency::Page => (FAST, "2m"),
        _ => ("ErrorBudgetBurnSlow", "15m"),
    };
    let (window, budget) = (duration::display(objective.window), objective.budget());
    let times = match slowest.factor.as_str() {
        "1" => String::new(),
        factor => format!("at least {factor} times "),
    };
    let title = verbatim(&objective.title);
    let windows: Vec<String> = pairs.iter().map(|pair| pair.long.name()).collect();
    let alert = Alert::new(name, urgency, after, query).says(
        format!("{title}: {PERCENT} is bad, and the error budget of {window} burns"),
        format!(
            "{PERCENT} of the events of the objective \"{}\" in job {{{{ $labels.job }}}} were bad over {}; its budget is \
             {budget}. It is spent {times}faster than {window} allow.{}",
            verbatim(&objective.promise()),
            windows.join(" or "),
            help(objective)
        ),
    );
    let burn: Vec<String> = pairs
        .iter()
        .map(|pair| format!("{} times over {} and over {}", pair.factor, pair.long.name(), pair.short.name()))
        .collect();
    let meaning = format!(
        "The error budget of {} is spent much faster than its period refills it: {}.",
        objective.promise(),
        burn.join(", or ")
    );
    Some(finish(alert, objective, meaning, subject))
}

/// So many hundredths of the budget are spent over the period.
fn spent(objective: &Objective, hundredths: u128, subject: &Subject) -> Alert {
    let period = Window::of(objective.window);
    let query = ratio(objective, period, subject)
        .from(&objective.budget_share(hundredths))
        .and(&["job"], &enough(objective, period, subject))
        .max_without(&["sloth_window"]);
    let stage = POLICY.iter().rev().find(|stage| stage.spent <= hundredths).unwrap_or(&POLICY[0]);
    let (name, urgency, what) = match hundredths {
        100 => ("ErrorBudgetExhausted", Urgency::Ticket, "is exhausted".to_owned()),
        _ => ("ErrorBudgetLow", Urgency::Info, format!("is spent to {hundredths}%")),
    };
    let (window, title) = (duration::display(objective.window), verbatim(&objective.title));
    let alert = Alert::new(name, urgency, "15m", query)
        .says(
            format!("{title}: the error budget of {window} {what}"),
            format!(
                "{PERCENT} of the events of the objective \"{}\" in job {{{{ $labels.job }}}} were bad over {window}; its \
                 budget is {}. The policy for a budget that is {}: {}{}",
                verbatim(&objective.promise()),
                objective.budget(),
                stage.name,
                stage.rule,
                help(objective)
            ),
        )
        .label("policy", stage.name);
    let meaning = format!("The error budget of {} {what}. {}", objective.promise(), stage.rule);
    finish(alert, objective, meaning, subject)
}

fn help(objective: &Objective) -> String {
    let help = verbatim(&objective.help);
    if help.is_empty() { String::new() } else { format!(" It is about this: {help}") }
}

fn finish(mut alert: Alert, objective: &Objective, meaning: String, subject: &Subject) -> Alert {
    let slow = matches!(objective.sli, Sli::Latency { .. } | Sli::AtMost { .. });
    let causes: &[&str] = match slow {
        true => &[
            "Something that it waits for is slow.",
            "More traffic than there is capacity.",
            "A change that was just deployed.",
        ],
        false => &[
            "Something that it depends on fails.",
            "A change that was just deployed.",
            "Callers ask for what it cannot give.",
        ],
    };
    let first = match slow {
        true if objective.functions.is_empty() && !objective.kernels.is_empty() => {
            "See which of its kernels takes the time, on which devices, and whether they run slower than they could."
        }
        true => {
            "See which of its functions takes the time, and follow an exemplar of a high bucket to a trace."
        }
        false => "See by category which errors they are; the page of each says what to do.",
    };
    let recorded = |name: &str| objective.recorded(name, subject).now();
    alert.guide = Guide {
        meaning,
        causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
        actions: vec![
            first.to_owned(),
            "Compare the time at which it began with that of the last deployment, and roll back if they agree.".to_owned(),
            "Stop the loss before finding the cause: turn traffic, a feature or retries down.".to_owned(),
        ],
        queries: vec![
            ("Ratio of bad events".to_owned(), recorded("slo:sli_error:ratio_rate5m")),
            ("Burn rate now".to_owned(), recorded("slo:current_burn_rate:ratio")),
            ("Budget that is left".to_owned(), recorded("slo:period_error_budget_remaining:ratio")),
        ],
    };
    alert.runbook = objective.page();
    // Rules of one name are told apart by this.
    let mut alert = alert.label("sloth_slo", &objective.name);
    alert.dashboard = subject.dashboard(Board::Objectives, &[("objective", &objective.name)]);
    alert
}
