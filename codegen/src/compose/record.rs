//! Recording rules that a person words.

use obs_model::Place;
use serde::{Deserialize, Serialize};

/// A recording rule: the result of a query, stored as a series of its own.
///
/// Ratios, rates and percentiles that many panels and alerts ask for are worked out once, under a name that people
/// know. Dashboards, alerts, objectives and other recording rules may ask for what it records.
///
/// ```no_run
/// use obs_codegen::{Builder, Record};
/// Builder::from_crate()
///     .record(Record::new("sli:availability:ratio_rate5m",
///         "1 - sum by (job) (rate(orders_failed_total[5m])) / sum by (job) (rate(orders_total[5m]))"))
///     .record(Record::new("orders:rate5m", "sum by (job) (rate(orders_total[5m]))")
///         .every("10s")
///         .label("team", "orders"))
///     .emit();
/// ```
///
/// Rules are evaluated in the order in which they were given, so one may ask for what those before it record; those
/// with an interval of their own are evaluated beside the others. A query that nothing can answer, a name that is
/// taken or a duration that Prometheus would refuse is an error of the build at the place of `Record::new`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a rule counts once it is given to `Builder::record`"]
pub struct Record {
    pub(crate) name: String,
    pub(crate) query: String,
    pub(crate) labels: Vec<(String, String)>,
    /// How often it is evaluated, if that is not Prometheus' own choice.
    pub(crate) every: Option<String>,
    #[serde(with = "super::place")]
    pub(crate) place: Place,
}

#[cfg(feature = "promql")]
impl Record {
    /// Stores what the query returns under that name: `level:metric:operations` by convention. A colon, which no
    /// program's metric has, tells readers that it is recorded.
    #[track_caller]
    pub fn new(name: impl Into<String>, query: impl Into<String>) -> Record {
        let (name, query, place) = (name.into(), query.into(), super::place::caller());
        Record { name, query, labels: Vec::new(), every: None, place }
    }

    /// Adds a label to each series.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Record {
        self.labels.push((name.into(), value.into()));
        self
    }

    /// How often it is evaluated: `10s`. Without it, as often as Prometheus evaluates rules.
    pub fn every(mut self, interval: impl Into<String>) -> Record {
        self.every = Some(interval.into());
        self
    }
}
