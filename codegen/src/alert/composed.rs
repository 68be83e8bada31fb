//! Alerts that were composed in a build script.

use super::template::verbatim;
use super::{Alert, Case, Fires, Urgency};
use crate::compose;
use crate::dashboard::word;
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::{Board, Runbook, Subject};

mod series;

#[cfg(feature = "promql")]
mod check;
#[cfg(feature = "promql")]
pub(crate) use check::mistakes;

/// Minutes that a rule test lasts beyond the time for which the condition has to hold.
const MARGIN: u64 = 10;

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    plan.composed.alerts.iter().map(|composed| alert(composed, &plan.subject)).collect()
}

fn urgency(severity: &str) -> Option<Urgency> {
    [Urgency::Page, Urgency::Ticket, Urgency::Info, Urgency::None]
        .into_iter()
        .find(|u| u.as_str() == severity)
}

fn alert(composed: &compose::Alert, subject: &Subject) -> Alert {
    let urgency = urgency(&composed.severity).unwrap_or(Urgency::Ticket);
    let query = Query::written(composed.query.trim());
    let or = |text: &str, other: String| if text.is_empty() { other } else { text.to_owned() };
    let summary = or(&composed.summary, composed.name.clone());
    let about = format!("{}: its value is {{{{ $value }}}}.", verbatim(&composed.name));
    let mut alert = Alert::new(&composed.name, urgency, &composed.after, query.clone())
        .says(summary, or(&composed.description, about));
    alert.labels = composed.labels.iter().map(|(name, value)| (name.clone(), verbatim(value))).collect();
    if let Some(runbook) = &composed.runbook {
        alert.runbook = Runbook::of(runbook);
    }
    let board = composed.dashboard.as_deref().map(word);
    alert.dashboard = subject.dashboard_of(board.as_deref().unwrap_or(Board::Overview.as_str()), &[]);
    alert.guide.meaning = alert.summary.clone();
    alert.guide.causes.clone_from(&composed.causes);
    alert.guide.actions.clone_from(&composed.actions);
    alert.guide.queries = vec![("Its condition".to_owned(), query)];
    let minutes = minutes(&composed.after) + MARGIN;
    let case = firing(composed, &alert, minutes, subject);
    // Where nothing is exported, only a condition about absence holds.
    if !composed.query.contains("absent") && !composed.query.contains("vector(") {
        alert = alert.quiet("nothing is exported", Vec::new(), minutes);
    }
    alert.cases.extend(case);
    alert
}

/// The case in which it fires: as it was given, or as its condition suggests.
fn firing(composed: &compose::Alert, alert: &Alert, minutes: u64, subject: &Subject) -> Option<Case> {
    if !composed.fires_when.is_empty() {
        let (what, series) = ("as the build script says".to_owned(), composed.fires_when.clone());
        let minutes = composed.fires_at.as_deref().map_or(minutes, self::minutes);
        return Some(Case { what, series, minute: minutes, fires: Fires::Some });
    }
    let simple = series::simple(&composed.query)?;
    let labels: Vec<(String, String)> = simple.labels.clone();
    let fires = alert.firing(subject, &labels, &simple.value);
    Some(Case {
        what: format!("the value is {}", simple.value),
        series: vec![(simple.select.to_string(), format!("{}x{minutes}", simple.value))],
        minute: minutes,
        fires: fires.map_or(Fires::Some, |firing| Fires::These(vec![firing])),
    })
}

/// A duration in minutes, rounded up to a time at which rule tests evaluate.
fn minutes(text: &str) -> u64 {
    let seconds = obs_model::duration::parse(text).map_or(0, |duration| duration.as_secs());
    seconds.div_ceil(300) * 5
}

/// A selector with the target's labels, as rule tests need it.
fn target(select: Select) -> Select {
    select.eq("job", crate::objective::JOB).eq("instance", crate::objective::INSTANCE)
}
