//! Dashboards that a person composes in the build script.

mod panel;
mod values;

pub(crate) use panel::{Leads, Visual};
pub use panel::{Panel, Threshold};
pub(crate) use values::{Values, chosen};

use super::place;
use obs_model::Place;
use serde::{Deserialize, Serialize};

/// A dashboard of one's own, generated with the others and checked like them.
///
/// Its queries are checked when the package is built: a metric that the program does not export, or a
/// label that it does not have, is an error of the build at the line of `build.rs`.
///
#[cfg_attr(feature = "promql", doc = "```no_run")]
#[cfg_attr(not(feature = "promql"), doc = "```ignore")]
/// use obs_codegen::{Builder, Dashboard, Panel, Threshold};
///
/// // build.rs
/// Builder::from_crate()
///     .dashboard(
///         Dashboard::new("Storage")
///             .describe("Where collections live, and how full that is.")
///             .row("Tiers")
///             .panel(
///                 Panel::pie("Collections by tier")
///                     .query("sum by (tier) (tier_collections)")
///                     .legend("{{tier}}")
///                     .describe("How many collections each tier holds."),
///             )
///             .panel(
///                 Panel::gauge("Disk")
///                     .query("max(disk_used_bytes) / max(disk_size_bytes)")
///                     .unit("percentunit")
///                     .threshold(Threshold::AtMost(0.8))
///                     .threshold(Threshold::AtMost(0.95))
///                     .describe("The fullest disk."),
///             ),
///     )
///     .emit();
/// ```
///
/// # Which targets it shows
///
/// A query is sent as it is written: nothing is added to it. A dashboard that should let its reader choose
/// among targets asks for that with [`targets`](Dashboard::targets), and its queries then say
/// `job=~"$job",instance=~"$instance"` themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dashboard {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) targets: bool,
    pub(crate) variables: Vec<Choice>,
    pub(crate) values: Vec<Values>,
    /// How often it is drawn anew, and how much time it shows at first, as Grafana writes both.
    pub(crate) refresh: Option<String>,
    pub(crate) shows: Option<String>,
    pub(crate) rows: Vec<Row>,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

/// A variable: the values of a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Choice {
    pub(crate) label: String,
    pub(crate) select: String,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

/// A heading and the panels below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub(crate) title: String,
    pub(crate) panels: Vec<Panel>,
    #[serde(with = "place")]
    pub(crate) place: Place,
}

impl Dashboard {
    /// A dashboard without panels. Its title names its file and its address: changing it makes another
    /// dashboard.
    #[track_caller]
    #[must_use]
    pub fn new(title: impl Into<String>) -> Dashboard {
        Dashboard {
            title: title.into(),
            description: String::new(),
            targets: false,
            variables: Vec::new(),
            values: Vec::new(),
            refresh: None,
            shows: None,
            rows: Vec::new(),
            place: place::caller(),
        }
    }

    /// What it is for, in a sentence.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Dashboard {
        self.description = description.into();
        self
    }

    /// Lets the reader choose jobs and instances of this service, and marks when builds of them were started first. Queries
    /// use the choice as `{job=~"$job",instance=~"$instance"}`. Alerts that fire are marked on every dashboard.
    #[must_use]
    pub fn targets(mut self) -> Dashboard {
        self.targets = true;
        self
    }

    /// Lets the reader choose among the values that a label has in the series that `select` selects: with
    /// `.variable("tier", "tier_collections")`, queries say `tier=~"$tier"`.
    #[track_caller]
    #[must_use]
    pub fn variable(mut self, label: impl Into<String>, select: impl Into<String>) -> Dashboard {
        self.variables.push(Choice { label: label.into(), select: select.into(), place: place::caller() });
        self
    }

    /// Lets the reader choose one of these values, each under a name of its own; the first is chosen at first. With
    /// `.choice("quantile", [("p50", "0.5"), ("p99", "0.99")])`, queries say `histogram_quantile($quantile, …)`, and
    /// each value is checked in each of them.
    #[track_caller]
    #[must_use]
    pub fn choice<T: Into<String>, V: Into<String>>(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = (T, V)>,
    ) -> Dashboard {
        let values = values.into_iter().map(|(text, value)| (text.into(), value.into())).collect();
        self.values.push(Values { name: name.into(), values, place: place::caller() });
        self
    }

    /// How often it is drawn anew: `10s`, `5m`; every 30 seconds unless it is said.
    #[must_use]
    pub fn refresh(mut self, interval: impl Into<String>) -> Dashboard {
        self.refresh = Some(interval.into());
        self
    }

    /// How much time it shows at first: `6h`, `7d`; an hour unless it is said.
    #[must_use]
    pub fn shows(mut self, time: impl Into<String>) -> Dashboard {
        self.shows = Some(time.into());
        self
    }

    /// Begins a row: a [`Row`] with its panels, or the title of one to which [`panel`](Dashboard::panel) adds.
    #[track_caller]
    #[must_use]
    pub fn row(mut self, row: impl Into<Row>) -> Dashboard {
        let mut row = row.into();
        if row.place == Place::default() {
            row.place = place::caller();
        }
        self.rows.push(row);
        self
    }

    /// Adds a panel to the last row; before the first row, panels stand at the top without a heading.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Dashboard {
        if self.rows.is_empty() {
            let place = self.place.clone();
            self.rows.push(Row { title: String::new(), panels: Vec::new(), place });
        }
        if let Some(last) = self.rows.last_mut() {
            last.panels.push(panel);
        }
        self
    }

    /// Every value of every variable that has values of its own.
    #[cfg(feature = "promql")]
    pub(crate) fn choices(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.values.iter();
        all.flat_map(|values| values.values.iter().map(|(_, value)| (values.name.as_str(), value.as_str())))
    }

    /// The first value of each such variable, which is what is chosen at first.
    #[cfg(feature = "promql")]
    pub(crate) fn first_choices(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .filter_map(|values| Some((values.name.as_str(), values.values.first()?.1.as_str())))
    }

    /// Whether a panel shows lines of logs.
    pub(crate) fn shows_logs(&self) -> bool {
        self.rows.iter().flat_map(|row| &row.panels).any(|panel| panel.visual == Visual::Logs)
    }

    /// Whether a click somewhere on it leads to traces.
    pub(crate) fn leads_to_traces(&self) -> bool {
        let mut panels = self.rows.iter().flat_map(|row| &row.panels);
        panels.any(|panel| panel.leads.iter().any(|leads| matches!(leads, Leads::Traces { .. })))
    }

    /// Changes every place in it.
    pub(super) fn strip(&mut self, strip: &impl Fn(&mut Place)) {
        strip(&mut self.place);
        self.variables.iter_mut().for_each(|choice| strip(&mut choice.place));
        self.values.iter_mut().for_each(|values| strip(&mut values.place));
        for row in &mut self.rows {
            strip(&mut row.place);
            for panel in &mut row.panels {
                strip(&mut panel.place);
                panel.queries.iter_mut().for_each(|asked| strip(&mut asked.place));
            }
        }
    }
}

impl Row {
    /// A row without panels.
    #[track_caller]
    #[must_use]
    pub fn new(title: impl Into<String>) -> Row {
        Row { title: title.into(), panels: Vec::new(), place: place::caller() }
    }

    /// Adds a panel.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Row {
        self.panels.push(panel);
        self
    }
}

impl From<&str> for Row {
    fn from(title: &str) -> Row {
        Row::from(title.to_owned())
    }
}

impl From<String> for Row {
    fn from(title: String) -> Row {
        Row { title, panels: Vec::new(), place: Place::default() }
    }
}
