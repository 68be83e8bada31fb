//! Alerts: a condition, whom it calls, what it tells them, and the proof that it fires and stays quiet.
//!
//! An alert is made once. The rules file, the file of rule tests, the runbooks and the dashboards are
//! views of it.

mod budget;
mod composed;
mod errors;
mod functions;
mod gpu;
mod process;
mod requests;
mod runtime;
mod scope;
pub(crate) mod template;

#[cfg(feature = "promql")]
pub(crate) use composed::mistakes;
#[cfg(test)]
pub(crate) use gpu::timings;

use crate::plan::Plan;
use crate::query::Query;
use crate::subject::{Runbook, Subject};

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
    /// When it fires, and when it does not.
    pub(crate) cases: Vec<Case>,
}

/// What is exported for some time, and which alerts of one name fire then: a rule test.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What happens, in words.
    pub(crate) what: String,
    /// Each series, and its values a minute as promtool writes them.
    pub(crate) series: Vec<(String, String)>,
    /// The minute that is looked at.
    pub(crate) minute: u64,
    /// What fires; nothing in a quiet case.
    pub(crate) fires: Fires,
}

/// What a case expects.
#[derive(Clone, Debug)]
pub(crate) enum Fires {
    /// Exactly these alerts of the name; none in a quiet case.
    These(Vec<Firing>),
    /// At least one of the name: what it says depends on a value that only Prometheus knows.
    Some,
    /// Not this one, whatever others of its name do.
    Never,
}

impl Fires {
    /// Whether it is to stay quiet.
    pub(crate) fn quiet(&self) -> bool {
        match self {
            Fires::These(firing) => firing.is_empty(),
            Fires::Some => false,
            Fires::Never => true,
        }
    }
}

/// An alert that fires: the labels of its condition's result, those of its rule, and the value.
#[derive(Clone, Debug)]
pub(crate) struct Firing {
    /// The labels of the result.
    pub(crate) labels: Vec<(String, String)>,
    /// The labels that the rule adds, `severity`, `service` and `team` among them.
    pub(crate) added: Vec<(String, String)>,
    /// Each annotation, expanded.
    pub(crate) annotations: Vec<(String, String)>,
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
pub(crate) fn all(plan: &Plan) -> Vec<Alert> {
    let mut alerts = budget::all(plan);
    alerts.extend(functions::all(plan));
    alerts.extend(errors::all(plan));
    alerts.extend(gpu::all(plan));
    alerts.extend(requests::all(plan));
    alerts.extend(process::all(plan));
    alerts.extend(runtime::all(plan));
    alerts.extend(composed::all(plan));
    alerts
}

impl Alert {
    /// A ticket about a condition, shown on the board of functions, with nothing to say yet.
    pub(crate) fn new(name: &str, urgency: Urgency, after: &str, query: Query) -> Alert {
        Alert {
            name: name.to_owned(),
            urgency,
            after: after.to_owned(),
            query,
            labels: Vec::new(),
            summary: String::new(),
            description: String::new(),
            runbook: Runbook::Alert(name.to_owned()),
            dashboard: String::new(),
            guide: Guide::default(),
            cases: Vec::new(),
        }
    }

    /// Says what is wrong: in a line, and with the value. Templates.
    pub(crate) fn says(mut self, summary: impl Into<String>, description: impl Into<String>) -> Alert {
        (self.summary, self.description) = (summary.into(), description.into());
        self
    }

    /// Adds a label.
    pub(crate) fn label(mut self, name: &str, value: &str) -> Alert {
        self.labels.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a case in which it is quiet.
    pub(crate) fn quiet(mut self, what: &str, series: Vec<(String, String)>, minute: u64) -> Alert {
        let fires = Fires::These(Vec::new());
        self.cases.push(Case { what: what.to_owned(), series, minute, fires });
        self
    }

    /// Adds a case in which it fires, alone of its name, with these labels and this value.
    pub(crate) fn fires(
        self,
        subject: &Subject,
        what: &str,
        series: Vec<(String, String)>,
        minute: u64,
        (labels, value): (&[(&str, &str)], &str),
    ) -> Alert {
        let labels: Vec<(String, String)> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let firing = self.firing(subject, &labels, value);
        self.fires_as(what, series, minute, firing.into_iter().collect())
    }

    /// Adds a case in which alerts of its name fire.
    pub(crate) fn fires_as(
        mut self,
        what: &str,
        series: Vec<(String, String)>,
        minute: u64,
        firing: Vec<Firing>,
    ) -> Alert {
        let fires = match firing.is_empty() {
            true => Fires::Some,
            false => Fires::These(firing),
        };
        self.cases.push(Case { what: what.to_owned(), series, minute, fires });
        self
    }

    /// What it says of a result with these labels and this value; `None` if a template says what only
    /// Prometheus can work out.
    pub(crate) fn firing(
        &self,
        subject: &Subject,
        labels: &[(String, String)],
        value: &str,
    ) -> Option<Firing> {
        let expand = |(name, template): (&str, String)| {
            template::expand(&template, labels, value).map(|text| (name.to_owned(), text))
        };
        Some(Firing {
            labels: labels.to_vec(),
            added: self.all_labels(subject),
            annotations: self.annotations(subject).into_iter().map(expand).collect::<Option<_>>()?,
        })
    }

    /// The labels that its rule adds.
    pub(crate) fn all_labels(&self, subject: &Subject) -> Vec<(String, String)> {
        let routed = [
            ("severity", self.urgency.as_str()),
            ("service", subject.service.as_str()),
            ("team", subject.team.as_str()),
        ];
        let own = |name: &str| self.labels.iter().any(|(label, _)| label == name);
        let routed = routed.into_iter().filter(|(name, _)| !own(name));
        let routed = routed.map(|(name, value)| (name.to_owned(), template::verbatim(value)));
        routed.chain(self.labels.iter().cloned()).collect()
    }

    /// Its annotations. Templates.
    pub(crate) fn annotations(&self, subject: &Subject) -> Vec<(&'static str, String)> {
        vec![
            ("summary", self.summary.clone()),
            ("description", self.description.clone()),
            ("runbook_url", template::verbatim(&subject.runbook(&self.runbook))),
            ("dashboard_url", self.dashboard.clone()),
        ]
    }
}

#[cfg(test)]
mod tests;
