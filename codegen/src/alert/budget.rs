//! Error budgets: burning too fast, mostly spent, exhausted.

use super::template::{PERCENT, verbatim};
use super::{Alert, Case, Fires, Guide, Urgency};
use crate::objective::{self, JOB, Objective, POLICY, Phase, Sli, Window, pairs};
use crate::plan::Plan;
use crate::query::Query;
use crate::subject::{Board, Subject};
use obs_model::duration;

/// The hundredths of a budget that are spent when somebody should know.
const MOSTLY: u128 = 75;

/// The alert that pages.
const FAST: &str = "ErrorBudgetBurnFast";

/// How long rule tests let traffic flow: longer than the longest `for`.
const MINUTES: u64 = 30;

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
    let cases: Vec<Vec<Case>> =
        alerts.iter().map(|about| cases(about, &alerts, &objectives, subject)).collect();
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

/// Everything is bad; everything is good; too little is bad to matter.
fn cases(about: &About<'_>, all: &[About<'_>], objectives: &[Objective], subject: &Subject) -> Vec<Case> {
    let objective = about.objective;
    let largest = objectives.iter().map(|objective| objective.min_events).max().unwrap_or_default();
    // Enough events a minute for every objective's guard, though a fifth of the minutes is looked at.
    let many = largest.max(60);
    let name = &objective.name;
    let case = |what: &str, phases: &[Phase], fires| {
        let minute = phases.iter().map(|phase| phase.minutes).sum();
        let what = format!("{name}: {what}");
        objective.series(phases).map(|series| Case { what, series, minute, fires })
    };
    let steady = |bad, all| [Phase { minutes: MINUTES, all, bad }];
    let firing = |objective: &Objective, alert: &Alert| {
        let mut labels = vec![("job".to_owned(), JOB.to_owned())];
        labels.extend(objective.labels(subject));
        alert.firing(subject, &labels, "1")
    };
    let too =
        all.iter().filter(|other| other.alert.name == about.alert.name && other.objective.shares(objective));
    let too: Option<Vec<_>> = too.map(|other| firing(other.objective, &other.alert)).collect();
    let fires = match (&objective.sli, too) {
        // Another objective may count some of what a counter or a histogram counts.
        (Sli::Success | Sli::Latency { .. }, Some(firing)) => Fires::These(firing),
        _ => Fires::Some,
    };
    let quiet = || Fires::These(Vec::new());
    let mut cases = vec![
        case("every event is bad", &steady(many, many), fires),
        Some(Case {
            what: "no event is bad".to_owned(),
            series: merged(objectives, |_| Some(steady(0, many).to_vec())),
            minute: MINUTES,
            fires: quiet(),
        }),
    ];
    let few = |o: &Objective| o.min_events > objectives.len() as u64 * 2;
    if objectives.iter().all(few) {
        let phase = |minutes, events| Phase { minutes, all: events, bad: events };
        let drip = [phase(4, 0), phase(1, 1)].repeat(usize::try_from(MINUTES / 5).unwrap_or_default());
        cases.push(Some(Case {
            what: "an event every five minutes, and each is bad".to_owned(),
            series: merged(objectives, |_| Some(drip.clone())),
            minute: MINUTES,
            fires: quiet(),
        }));
    }
    if about.alert.name == FAST {
        cases.extend(troubled(objective, objectives, many));
    }
    cases.into_iter().flatten().collect()
}

/// The cases of an hour of trouble, which only the shorter of the windows of pages sees. Objectives whose series do
/// not get in each other's way have their trouble at one time, in one rule test.
fn troubled(objective: &Objective, objectives: &[Objective], many: u64) -> [Option<Case>; 3] {
    // What is trouble for one objective is more of it for a stricter one that shares its events.
    let strictest = |one: &Objective| {
        let stricter = |o: &Objective| o.shares(one) && (o.share > one.share || o.window != one.window);
        !objectives.iter().any(stricter)
    };
    let phases = |one: &Objective| trouble(one, many).filter(|_| strictest(one));
    let Some(own) = phases(objective) else { return [None, None, None] };
    // Of a selector that does not tell which series it selects, nothing can be tested.
    let Some(ours) = objective.series(&own) else { return [None, None, None] };
    let mut series = merged(objectives, |one| phases(one).map(|phases| phases.to_vec()));
    let mut name = "";
    if !ours.iter().all(|one| series.contains(one)) {
        (series, name) = (ours, objective.name.as_str());
    }
    let case = |what: &str, minute, fires| {
        let what = if name.is_empty() { what.to_owned() } else { format!("{name}: {what}") };
        (!series.is_empty()).then(|| Case { what, series: series.clone(), minute, fires })
    };
    let until = |phases: usize| own.iter().take(phases).map(|phase| phase.minutes).sum::<u64>();
    let quiet = || Fires::These(Vec::new());
    [
        // Ten minutes are enough for the short window.
        case("trouble that pages began a moment ago", until(2) + 10, quiet()),
        case("most of an hour of trouble that pages", until(3), Fires::Some),
        case("it is over", until(4), quiet()),
    ]
}

/// The series of all objectives, as far as they agree: of two with other values, the first.
fn merged(
    objectives: &[Objective],
    phases: impl Fn(&Objective) -> Option<Vec<Phase>>,
) -> Vec<(String, String)> {
    let mut merged: Vec<(String, String)> = Vec::new();
    for objective in objectives {
        let series = phases(objective).and_then(|phases| objective.series(&phases)).unwrap_or_default();
        let contradicts = |(name, values): &(String, String)| {
            merged.iter().any(|(known, others)| known == name && others != values)
        };
        if !series.iter().any(contradicts) {
            let new: Vec<_> = series.into_iter().filter(|one| !merged.contains(one)).collect();
            merged.extend(new);
        }
    }
    merged
}

/// Hours in which all is well, then the budget of thirty days burns ten times too fast, then twenty, then all is well
/// again: too fast for an hour, and not for six. None where no whole number of events is that share.
fn trouble(objective: &Objective, many: u64) -> Option<[Phase; 4]> {
    const MONTH: u128 = 30 * 86_400;
    let period = u128::from(objective.window.as_secs());
    // The share of bad events at twenty times, over two so that ten times is whole as well.
    let over = u128::from(100_000_000 - objective.share.millionths()) * 10 * period;
    let under = 100_000_000 * MONTH;
    let both = pairs(objective).iter().filter(|pair| pair.urgency == Urgency::Page).count() == 2;
    // Burn rates of shorter periods are cut off at one.
    if !both || period * 6 < MONTH || over * 2 > under {
        return None;
    }
    let (mut a, mut b) = (over, under);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let (bad, all) = (u64::try_from(over / a).ok()?, u64::try_from(under / a).ok()?);
    let times = many.div_ceil(all);
    let (bad, all) = (bad * times, all * times);
    let phase = |minutes, bad| Phase { minutes, all, bad };
    Some([phase(200, 0), phase(50, bad), phase(50, 2 * bad), phase(15, 0)]).filter(|_| all < 1_000_000_000)
}
