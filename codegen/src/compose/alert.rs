//! Alerts that a person words.

use obs_model::Place;
use serde::{Deserialize, Serialize};

/// An alert: a condition, whom it calls, and what it tells them.
///
/// ```no_run
/// use obs_codegen::{Alert, Builder};
/// Builder::from_crate()
///     .alert(Alert::new("OrdersStuck", "sum by (job) (orders_waiting) > 100")
///         .after("10m")
///         .severity("ticket")
///         .summary("{{ $value }} orders wait in {{ $labels.job }}")
///         .describe("Nobody takes orders out of the queue.")
///         .cause("The worker waits for the database.")
///         .action("Look at the worker's lines."))
///     .emit();
/// ```
///
/// The summary and the description are templates, as Prometheus expands them, of `{{ $labels.name }}`,
/// `{{ $value }}` and `{{ $value | humanize }}` and its like. A condition that nothing can answer, a name that
/// is taken or a template that Prometheus would refuse is an error of the build at the place of `Alert::new`.
///
/// A rule test is generated of it: it is quiet where nothing is exported. A condition that compares one selector
/// with a number, or series given to [`fires_when`](Alert::fires_when), make one in which it fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "an alert counts once it is given to `Builder::alert`"]
pub struct Alert {
    pub(crate) name: String,
    pub(crate) query: String,
    pub(crate) after: String,
    pub(crate) severity: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) runbook: Option<String>,
    /// What has usually happened.
    #[serde(default)]
    pub(crate) causes: Vec<String>,
    /// What to do, first things first.
    #[serde(default)]
    pub(crate) actions: Vec<String>,
    /// The title of a dashboard.
    #[serde(default)]
    pub(crate) dashboard: Option<String>,
    /// Series, and their values, in which it fires.
    pub(crate) fires_when: Vec<(String, String)>,
    /// The time into these at which it does, if it is not soon.
    #[serde(default)]
    pub(crate) fires_at: Option<String>,
    #[serde(with = "super::place")]
    pub(crate) place: Place,
}

#[cfg(feature = "promql")]
impl Alert {
    /// An alert of that name, in CamelCase, on that condition: a ticket, after five minutes.
    #[track_caller]
    pub fn new(name: impl Into<String>, query: impl Into<String>) -> Alert {
        Alert {
            name: name.into(),
            query: query.into(),
            after: "5m".to_owned(),
            severity: "ticket".to_owned(),
            labels: Vec::new(),
            summary: String::new(),
            description: String::new(),
            runbook: None,
            causes: Vec::new(),
            actions: Vec::new(),
            dashboard: None,
            fires_when: Vec::new(),
            fires_at: None,
            place: super::place::caller(),
        }
    }

    /// For how long the condition holds before it fires: `10m`; `0s` is at once.
    pub fn after(mut self, duration: impl Into<String>) -> Alert {
        self.after = duration.into();
        self
    }

    /// Whom it calls: `page` somebody now, `ticket` in working hours, `info` nobody.
    pub fn severity(mut self, severity: impl Into<String>) -> Alert {
        self.severity = severity.into();
        self
    }

    /// Adds a label, to route by.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Alert {
        self.labels.push((name.into(), value.into()));
        self
    }

    /// What is wrong, in a line.
    pub fn summary(mut self, template: impl Into<String>) -> Alert {
        self.summary = template.into();
        self
    }

    /// What is wrong, for whom, and how bad it is.
    pub fn describe(mut self, template: impl Into<String>) -> Alert {
        self.description = template.into();
        self
    }

    /// The name or the address of the page to open.
    pub fn runbook(mut self, page: impl Into<String>) -> Alert {
        self.runbook = Some(page.into());
        self
    }

    /// Adds what has usually happened when it fires, to its page.
    pub fn cause(mut self, text: impl Into<String>) -> Alert {
        self.causes.push(text.into());
        self
    }

    /// Adds what to do when it fires to its page, first things first.
    pub fn action(mut self, text: impl Into<String>) -> Alert {
        self.actions.push(text.into());
        self
    }

    /// The dashboard to open, by its title: one of the builder's, or a generated one, such as `Requests`. Without it,
    /// the overview.
    pub fn dashboard(mut self, title: impl Into<String>) -> Alert {
        self.dashboard = Some(title.into());
        self
    }

    /// Adds a series, with values a minute as promtool's rule tests write them, to the rule test in which the
    /// alert fires: `fires_when("orders_waiting{job=\"shop\"}", "200x30")`.
    pub fn fires_when(mut self, series: impl Into<String>, values: impl Into<String>) -> Alert {
        self.fires_when.push((series.into(), values.into()));
        self
    }

    /// The time into those series at which it fires, a multiple of five minutes; ten minutes beyond
    /// [`after`](Alert::after) unless it is said. A condition that looks further back, by `offset` or a long range, needs
    /// longer: `fires_at("90m")`.
    pub fn fires_at(mut self, time: impl Into<String>) -> Alert {
        self.fires_at = Some(time.into());
        self
    }
}
