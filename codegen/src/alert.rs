//! Alerts: a condition, whom it calls, what it tells them, and the proof that it fires and stays quiet.
//!
//! An alert is made once. The rules file, the file of rule tests, the runbooks and the dashboards are
//! views of it.

use crate::plan::Plan;
use crate::query::Query;
use crate::subject::Runbook;

/// An alert.
#[derive(Clone, Debug)]
pub(crate) struct Alert {
    /// Its name, in CamelCase. Alerts of one name differ in their labels.
    pub(crate) name: String,
    /// Whom it calls.
    pub(crate) urgency: Urgency,
    /// For how long its condition holds before it fires, as Prometheus writes durations.
    pub(crate) after: String,
    /// Its condition.
    pub(crate) query: Query,
    /// Labels besides `severity`, `service` and `team`, and those of the query's result.
    pub(crate) labels: Vec<(String, String)>,
    /// What is wrong, in a line. A template.
    pub(crate) summary: String,
    /// What is wrong, with the value. A template.
    pub(crate) description: String,
    /// The page about it.
    pub(crate) runbook: Runbook,
    /// The address of the dashboard that shows it. A template.
    pub(crate) dashboard: String,
    /// What its runbook says.
    pub(crate) guide: Guide,
}

/// Whom an alert calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// Somebody, now.
    Page,
    /// Somebody, in working hours.
    Ticket,
    /// Nobody; it is there to be seen, or to silence others.
    Info,
    /// Nobody as long as it fires: an alert that always does, and shows that alerts arrive.
    None,
}

impl Urgency {
    /// The label `severity`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Urgency::Page => "page",
            Urgency::Ticket => "ticket",
            Urgency::Info => "info",
            Urgency::None => "none",
        }
    }
}

/// What a person needs to know who has been called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guide {
    /// What the alert means.
    pub(crate) meaning: String,
    /// What has usually happened.
    pub(crate) causes: Vec<String>,
    /// What to do, first things first.
    pub(crate) actions: Vec<String>,
    /// What to ask Prometheus: a title and a query each.
    pub(crate) queries: Vec<(String, Query)>,
}

/// Every alert, in the order of the rules file.
pub(crate) fn all(_plan: &Plan) -> Vec<Alert> {
    Vec::new()
}
