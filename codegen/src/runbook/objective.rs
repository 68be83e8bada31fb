//! The page about an objective, with the policy for its error budget.

use super::alert::{dedup, once};
use super::{Book, ask, questions};
use crate::alert::Alert;
use crate::markdown::{Page, code, sentence};
use crate::objective::{Objective, POLICY, Sli, Stage};
use crate::subject::{Board, Runbook};
use obs_model::{Percent, duration};
use std::time::Duration;

/// A hundred percent, in millionths of a percent.
const ALL: u32 = 100_000_000;

pub(super) fn page(book: &Book<'_>, objective: &Objective) -> Page {
    let path = Runbook::Objective(objective.name.clone()).path().unwrap_or_default();
    let mut page = Page::new(&path, &objective.title);
    let window = duration::display(objective.window);

    page.section("What is promised");
    page.say(&promise(objective, &window));
    page.say(&sentence(&objective.help));

    page.section("Error budget");
    page.say(&budget(objective, &window));
    page.say("The policy, unless the team has agreed on something else below:");
    page.table(&["Budget spent", "It is", "What the team does"], &policy());

    let alerts: Vec<&Alert> = book.alerts.iter().filter(|alert| book.is_about(alert, objective)).collect();
    let mut actions: Vec<String> =
        alerts.iter().flat_map(|alert| &alert.guide.actions).map(|action| sentence(action)).collect();
    if !objective.functions.is_empty() || objective.kernels.is_empty() {
        actions.push("See which functions and which categories of errors the lost calls belong to, with the queries below.".to_owned());
    }
    if !objective.kernels.is_empty() {
        actions.push("See which kernels, devices and categories of errors the lost launches belong to, with the queries below.".to_owned());
    }
    actions.push("Compare the beginning with deployments and with changes of configuration: taking one back is usually the quickest repair.".to_owned());
    for function in &objective.functions {
        if let Some(runbook) = &function.runbook {
            let link = book.named_link(&page, runbook);
            actions.push(format!("Follow the runbook of {}: {link}.", code(&function.name)));
        }
    }
    for kernel in &objective.kernels {
        if let Some(runbook) = &kernel.runbook {
            let link = book.named_link(&page, runbook);
            actions.push(format!("Follow the runbook of {}: {link}.", code(&kernel.name)));
        }
    }
    dedup(&mut actions);
    page.section("What to do when it is missed");
    page.steps(&actions);

    page.section("Queries");
    let recorded = |record: &str| objective.recorded(record, &book.plan.subject);
    let mut asked = questions::objective(objective, recorded);
    for alert in &alerts {
        let condition = format!("the condition of {} ({})", code(&alert.name), alert.urgency.as_str());
        asked.push((condition, alert.query.clone()));
    }
    once(&mut asked);
    ask(&mut page, &asked);

    page.section("Links");
    let board = book.plan.subject.dashboard(Board::Objectives, &[("objective", &objective.name)]);
    let mut lines = vec![book.dashboard("Dashboard", &board)];
    if let Some(runbook @ (Runbook::Named(name) | Runbook::Address(name))) = &objective.runbook {
        lines.push(format!("Runbook {}", book.runbook_link(&page, &code(name), runbook)));
    }
    lines.extend(objective.functions.iter().map(|function| book.function_line(&page, function)));
    lines.extend(objective.kernels.iter().map(|kernel| book.kernel_line(&page, kernel)));
    lines.push(format!("Declared {}", book.source("here", &objective.place)));
    lines.extend(book.alert_links(&page, alerts));
    lines.push(book.metrics_link(&page));
    page.list(&lines);
    page
}

fn promise(objective: &Objective, window: &str) -> String {
    let functions = objective.functions.iter().map(|f| (&f.module, &f.name));
    let kernels = objective.kernels.iter().map(|k| (&k.module, &k.name));
    let all = functions.chain(kernels);
    let functions: Vec<String> = all.map(|(module, name)| code(&format!("{module}::{name}"))).collect();
    let of = if functions.is_empty() { String::new() } else { format!(" of {}", functions.join(", ")) };
    let share = objective.share;
    let (no_kernels, only_kernels) = (objective.kernels.is_empty(), objective.functions.is_empty());
    match &objective.sli {
        Sli::Success if !no_kernels && only_kernels => format!(
            "**{share} of the launches{of} succeed over {window}.** A launch that ends in an error or a panic is lost; \
             one that its caller cancelled is not."
        ),
        Sli::Latency { bound } if !no_kernels && only_kernels => format!(
            "**{share} of the timed launches{of} take at most {} on the device over {window}.** A slower one is lost. \
             Launches that are not timed do not count.",
            duration::display(*bound)
        ),
        Sli::Success if !functions.is_empty() => format!(
            "**{share} of the calls{of} succeed over {window}.** A call that ends in an error or a panic is lost; \
             one that its caller cancelled is not."
        ),
        Sli::Latency { bound } => format!(
            "**{share} of the successful calls{of} take at most {} over {window}.** A slower call is lost.",
            duration::display(*bound)
        ),
        // Of events that are no calls, the title says what they are.
        _ => format!("**{share} of the events{of} are good over {window}.**"),
    }
}

/// What may be lost, as a share, as one of so many, and as time.
fn budget(objective: &Objective, window: &str) -> String {
    let budget = ALL - objective.share.millionths();
    let share = Percent::from_millionths(budget).map_or_else(String::new, |budget| budget.to_string());
    let one_of = match ALL.is_multiple_of(budget) {
        true => format!(", 1 of {}", ALL / budget),
        false => String::new(),
    };
    let seconds = u128::from(objective.window.as_secs()) * u128::from(budget) / u128::from(ALL);
    let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
    format!(
        "{share} of what happens in {window} may be lost{one_of}. If everything failed at an even load, that would \
         be used up in {}. Alerts stay quiet below {} events in the longer of their windows.",
        time(Duration::from_secs(seconds)),
        objective.min_events
    )
}

/// A duration in its two largest units.
fn time(duration: Duration) -> String {
    let mut rest = duration.as_secs();
    let mut parts = Vec::new();
    for (unit, size) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= size && parts.len() < 2 {
            parts.push(format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if parts.is_empty() { "less than a second".to_owned() } else { parts.join(" ") }
}

/// What the team does at which part of its budget.
fn policy() -> Vec<Vec<String>> {
    let row = |stage: &Stage| vec![format!("{}%", stage.spent), stage.name.to_owned(), stage.rule.to_owned()];
    POLICY.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact() {
        assert_eq!(time(Duration::from_secs(2592)), "43m 12s");
        assert_eq!(time(Duration::from_secs(129_600)), "1d 12h");
        assert_eq!(time(Duration::ZERO), "less than a second");
    }
}
