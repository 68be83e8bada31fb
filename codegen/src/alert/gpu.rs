//! Kernels that fail or slow down, and devices that are full, hot, idle, faulty or lost.

mod devices;
mod faults;
mod kernels;
mod slower;

#[cfg(test)]
pub(crate) use slower::timings;

use super::scope::{TARGET, build_info, targets};
use super::{Alert, Guide};
use crate::plan::Plan;
use crate::query::Query;
use crate::subject::{Board, Subject};

/// Those of whatever the program has of it: kernels, and devices that are measured.
pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let mut alerts = kernels::all(plan);
    alerts.extend(devices::all(plan));
    alerts
}

/// Keeps what is said by targets of the service: other services have kernels of the same names.
fn ours(query: Query, subject: &Subject) -> Query {
    query.and(&TARGET, &targets(subject))
}

/// The same of what is recorded by job.
fn our_jobs(query: Query, subject: &Subject) -> Query {
    query.and(&["job"], &build_info(subject).seen("1h").group(&["job"]))
}

/// The board, with the choice of what the alert is about.
fn board(subject: &Subject, chosen: &[&str]) -> String {
    let values: Vec<String> = chosen.iter().map(|label| format!("{{{{ $labels.{label} }}}}")).collect();
    let variables: Vec<(&str, &str)> =
        chosen.iter().copied().zip(values.iter().map(String::as_str)).collect();
    subject.dashboard(Board::Gpu, &variables)
}

fn guide(meaning: &str, causes: &[&str], actions: &[&str], queries: Vec<(&str, Query)>) -> Guide {
    let text = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Guide {
        meaning: meaning.to_owned(),
        causes: text(causes),
        actions: text(actions),
        queries: queries.into_iter().map(|(title, query)| (title.to_owned(), query)).collect(),
    }
}
