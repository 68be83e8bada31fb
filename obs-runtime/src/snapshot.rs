//! What a program's metrics are at one moment: the only thing that exporters see.
//!
//! A snapshot owns its numbers and shares its texts. Label sets and bucket boundaries hold their escaped
//! form, rendered once in the life of a series, so that an exposition is mostly copying. So do label sets with what an
//! exporter writes of them.

use obs_model::Unit;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

mod labels;
mod value;

pub use labels::Labels;
pub use value::{Bounds, Exemplar, HistogramValue, SummaryValue, Value};

/// Every family of a program, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The families, sorted by name; no name occurs twice.
    pub families: Vec<Family>,
    /// When the numbers were read.
    pub at: SystemTime,
}

/// Series of one name and kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// The full name: counters with `_total`, infos with `_info`.
    pub name: Cow<'static, str>,
    /// What it says; empty where nobody wrote a word about it.
    pub help: Cow<'static, str>,
    /// What kind of value its series have.
    pub kind: FamilyKind,
    /// The unit, which the name carries too.
    pub unit: Option<Unit>,
    /// The series, in the order in which they are exposed.
    pub series: Vec<Series>,
}

/// What a family's series mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FamilyKind {
    /// Only goes up. Values are [`Value::Integer`] or [`Value::Float`].
    Counter,
    /// Goes up and down. Values are [`Value::Integer`] or [`Value::Float`].
    Gauge,
    /// Observations by size. Values are [`Value::Histogram`].
    Histogram,
    /// Quantiles that the program computed. Values are [`Value::Summary`]. Only the `prometheus` crate's
    /// registries have these.
    Summary,
    /// Unknown. Only the `prometheus` crate's registries have these.
    Untyped,
    /// Facts that do not change while the program runs, as labels of the value 1.
    Info,
}

/// One label set and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its labels.
    pub labels: Arc<Labels>,
    /// Its value.
    pub value: Value,
}

impl Snapshot {
    /// A snapshot of these families, sorted by name.
    ///
    /// Where two families share a name, the first is kept: a name twice on a page makes a scraper drop
    /// the whole page.
    ///
    /// ```
    /// use obs_runtime::snapshot::{Family, FamilyKind, Snapshot};
    /// use std::time::SystemTime;
    ///
    /// let families = vec![
    ///     Family::new("b", "", FamilyKind::Gauge),
    ///     Family::new("a", "", FamilyKind::Gauge),
    ///     Family::new("a", "another", FamilyKind::Gauge),
    /// ];
    /// let snapshot = Snapshot::new(families, SystemTime::now());
    /// assert_eq!(snapshot.families.len(), 2);
    /// assert_eq!(snapshot.family("a").map(|family| &*family.help), Some(""));
    /// ```
    pub fn new(mut families: Vec<Family>, at: SystemTime) -> Snapshot {
        families.sort_by(|a, b| a.name.cmp(&b.name));
        families.dedup_by(|later, first| later.name == first.name);
        Snapshot { families, at }
    }

    /// The family of that full name.
    pub fn family(&self, name: &str) -> Option<&Family> {
        let found = self.families.binary_search_by(|family| (*family.name).cmp(name)).ok()?;
        self.families.get(found)
    }

    /// The value of the series with exactly these labels, in any order.
    ///
    /// Meant for tests and for programs that look at themselves; an exporter walks the families.
    pub fn value(&self, family: &str, labels: &[(&str, &str)]) -> Option<&Value> {
        self.family(family)?
            .series
            .iter()
            .find(|series| series.labels.same(labels))
            .map(|series| &series.value)
    }

    /// The sum of a family's series that have these labels, and maybe others; of histograms and summaries, the number
    /// of observations. 0 where there is none.
    ///
    /// Meant for tests and for programs that look at themselves, as `value` is.
    ///
    /// ```
    /// #[obs_runtime::observe]
    /// fn greet(name: &str) -> String {
    ///     format!("Hello, {name}!")
    /// }
    ///
    /// greet("reader");
    /// let ok = [("function", "greet"), ("result", "ok")];
    /// assert_eq!(obs_runtime::snapshot().sum("function_calls_total", &ok), 1.0);
    /// assert_eq!(obs_runtime::snapshot().sum("function_calls_duration_seconds", &ok), 1.0);
    /// ```
    pub fn sum(&self, family: &str, labels: &[(&str, &str)]) -> f64 {
        let series = self.family(family).into_iter().flat_map(|family| &family.series);
        let wanted =
            series.filter(|series| labels.iter().all(|(name, value)| series.labels.get(name) == Some(value)));
        // An empty `sum` is -0.0.
        wanted.fold(0.0, |sum, series| sum + series.value.summed())
    }
}

impl Family {
    /// A family without series. Its unit is the one that its name ends in.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
        kind: FamilyKind,
    ) -> Family {
        let name = name.into();
        Family { unit: Unit::of(&name), name, help: help.into(), kind, series: Vec::new() }
    }

    /// Adds a series without labels.
    #[must_use]
    pub fn with(self, value: impl Into<Value>) -> Family {
        self.with_labels(Labels::empty(), value)
    }

    /// Adds a series.
    #[must_use]
    pub fn with_labels(mut self, labels: Arc<Labels>, value: impl Into<Value>) -> Family {
        self.series.push(Series { labels, value: value.into() });
        self
    }
}

impl FamilyKind {
    /// The word that the Prometheus text format has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            FamilyKind::Counter => "counter",
            FamilyKind::Gauge | FamilyKind::Info => "gauge",
            FamilyKind::Histogram => "histogram",
            FamilyKind::Summary => "summary",
            FamilyKind::Untyped => "untyped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_labels_in_any_order() {
        let labels = Labels::new([("a", "1"), ("b", "2")]);
        let families = vec![
            Family::new("y_total", "", FamilyKind::Counter).with_labels(labels, 7),
            Family::new("x_seconds", "", FamilyKind::Gauge).with(0.5),
        ];
        let snapshot = Snapshot::new(families, SystemTime::UNIX_EPOCH);
        assert_eq!(snapshot.value("y_total", &[("b", "2"), ("a", "1")]), Some(&Value::Integer(7)));
        assert_eq!(snapshot.value("y_total", &[("a", "1")]), None);
        assert_eq!(snapshot.value("x_seconds", &[]), Some(&Value::Float(0.5)));
        assert_eq!(snapshot.family("x_seconds").and_then(|family| family.unit), Some(Unit::Seconds));
        assert_eq!(snapshot.family("z"), None);
        assert_eq!(snapshot.sum("y_total", &[("a", "1")]), 7.0);
        assert_eq!(snapshot.sum("y_total", &[("a", "2")]), 0.0);
        assert_eq!(snapshot.sum("z", &[]), 0.0);
    }
}
