//! Errors of which one is enough: categories that are critical or fatal.

use super::scope::{TARGET, ours, series, targets};
use super::template::{WHOLE, verbatim};
use super::{Alert, Guide, Urgency};
use crate::calls::modules;
use crate::objective::JOB;
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::{Board, Runbook};
use obs_model::{Category, ErrorType, Severity, duration};

/// What is told apart in the result.
const LABELS: [&str; 3] = ["job", "module", "function"];

/// How long an error is news.
const RECENT: &str = "10m";

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let mut known: Vec<(&str, Severity)> = Vec::new();
    let mut alerts = Vec::new();
    for error in &plan.catalogue.errors {
        for category in error.categories.iter().filter(|category| category.severity >= Severity::Critical) {
            // Several types may use one category; it is one series.
            if !known.contains(&(&category.name, category.severity)) {
                known.push((&category.name, category.severity));
                alerts.push(alert(error, category, plan));
            }
        }
    }
    alerts
}

fn alert(error: &ErrorType, category: &Category, plan: &Plan) -> Alert {
    let subject = &plan.subject;
    let name = if category.severity == Severity::Fatal { "FatalError" } else { "CriticalError" };
    let severity = category.severity.as_str();
    let select = || Select::new("errors_total").eq("category", &category.name).eq("severity", severity);
    // Errors that were reported, and not returned by an observed function, name no module; they are ours if the target is.
    let of_ours = || select().like("module", &format!("{}|", modules(&subject.crates)));
    // A series that appears with its first error has no increase: it counts as a whole while it is new. One that
    // was there within a day, before Prometheus missed some scrapes, is not new.
    let new = of_ours().now().unless(&of_ours().seen_before("1d", RECENT)).bracketed();
    let recent = new.or(&of_ours().increase(RECENT)).bracketed();
    let query = recent.and(&TARGET, &targets(subject)).sum_block(&LABELS).above("0");
    let what = verbatim(&category.name);
    let mut alert = Alert::new(name, Urgency::Page, "0s", query)
        .says(
            format!("{}: {severity} error {what} in {{{{ $labels.function }}}}", subject.service),
            format!(
                "{WHOLE} errors of the {severity} category {what} left {{{{ $labels.module }}}}::{{{{ $labels.function }}}} \
                 in job {{{{ $labels.job }}}} within ten minutes.{}",
                category.action.as_ref().map(|action| format!(" What to do: {}.", verbatim(action))).unwrap_or_default()
            ),
        )
        .label("category", &what);
    alert.runbook = match &category.runbook {
        Some(runbook) => Runbook::of(runbook),
        None => Runbook::Category(category.name.clone()),
    };
    alert.dashboard = subject.dashboard(Board::Errors, &[("category", &what)]);
    alert.guide = guide(error, category, &of_ours());
    let labels = [("job", JOB), ("module", error.module.as_str()), ("function", "f")];
    let nowhere = [("job", JOB), ("function", "report")];
    let here = || ours(subject, "1x40");
    let report = |values: &str| series(select().eq("function", "report"), values);
    let of = |values: &str| vec![here(), series(of_function(select(), error), values)];
    alert
        .quiet("none of its errors happened", of("0x20"), 20)
        .fires(
            subject,
            "an error is reported outside of any function",
            vec![here(), report("0x9 0+5x10")],
            20,
            (&nowhere, "50"),
        )
        .quiet("errors of old", of("7x40"), 40)
        .quiet("another service reports such an error", vec![report("0x9 0+5x10")], 20)
        .fires(subject, "the first error makes the series", of("_x15 3x5"), 20, (&labels, "3"))
        .fires(subject, "errors are added", of("0x9 0+5x10"), 20, (&labels, "50"))
}

/// A series of a function in the error's own module.
fn of_function(select: Select, error: &ErrorType) -> Select {
    select.eq("module", &error.module).eq("function", "f")
}

fn guide(error: &ErrorType, category: &Category, select: &Select) -> Guide {
    let meaning = match category.severity {
        Severity::Fatal => "The process cannot go on: it ends, or does nothing useful until it is restarted.",
        _ => "A part of the service does not work.",
    };
    let mut actions: Vec<String> = category.action.iter().map(|action| format!("{action}.")).collect();
    actions.extend(category.retry_after.map(|after| {
        format!(
            "Callers are told to try again after {}; see whether it is over by then.",
            duration::display(after)
        )
    }));
    actions
        .push("See by function where it leaves the service, and follow an exemplar to a trace.".to_owned());
    let variant = if category.variant.is_empty() { String::new() } else { format!("::{}", category.variant) };
    Guide {
        meaning: meaning.to_owned(),
        causes: vec![format!(
            "The code returned or reported `{}{variant}`, declared in {}.",
            error.name, error.module
        )],
        actions,
        queries: vec![
            ("By function".to_owned(), rate(select).sum(&["job", "function"])),
            ("By instance".to_owned(), rate(select).sum(&["job", "instance"])),
        ],
    }
}

fn rate(select: &Select) -> Query {
    select.clone().rate("5m")
}
