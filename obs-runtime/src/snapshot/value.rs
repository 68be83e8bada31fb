//! Values of series.

use obs_model::bucket;
use std::time::SystemTime;

/// What a series stands at.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A count.
    Integer(u64),
    /// A measurement, or a sum of them.
    Float(f64),
    /// Observations in buckets.
    Histogram(HistogramValue),
    /// Quantiles.
    Summary(SummaryValue),
}

impl Value {
    /// The number that a counter or a gauge stands at, for programs that look at themselves; `None` of a histogram and of
    /// a summary, which are many numbers.
    ///
    /// ```
    /// use obs_runtime::{Gauge, metric};
    ///
    /// /// Orders that wait.
    /// #[metric(gauge, name = "orders_waiting")]
    /// static WAITING: Gauge = Gauge::new();
    ///
    /// WAITING.set(7.0);
    /// let snapshot = obs_runtime::snapshot();
    /// let waiting = snapshot.value("orders_waiting", &[]).and_then(|value| value.number());
    /// assert_eq!(waiting, Some(7.0));
    /// ```
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Integer(count) => Some(*count as f64),
            Value::Float(value) => Some(*value),
            Value::Histogram(_) | Value::Summary(_) => None,
        }
    }
}

/// Observations in buckets.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramValue {
    /// The upper bounds, shared by every series of the family.
    pub bounds: std::sync::Arc<Bounds>,
    /// How many observations fell into each bucket. They are *not* cumulative. One more than there are
    /// bounds: the last is +Inf.
    pub counts: Vec<u64>,
    /// The sum of the observations, in the family's unit.
    pub sum: f64,
    /// The latest observation of a sampled trace, by index of its bucket, in rising order.
    pub exemplars: Vec<(usize, Exemplar)>,
}

/// An observation that a trace tells more about.
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    /// The trace.
    pub trace_id: u128,
    /// The span that made the observation.
    pub span_id: u64,
    /// The observation, in the family's unit.
    pub value: f64,
    /// When it was made.
    pub at: SystemTime,
}

/// Quantiles, computed by the program itself.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryValue {
    /// Pairs of a quantile (0 to 1) and its value.
    pub quantiles: Vec<(f64, f64)>,
    /// The sum of the observations.
    pub sum: f64,
    /// The number of observations.
    pub count: u64,
}

/// Upper bounds of buckets, and the text of their `le` label.
///
/// The text is the canonical one of OpenMetrics in both formats (`1.0`, not `1`), so that a series keeps
/// its identity whichever format a scraper asks for, and under Prometheus 3, which rewrites it so.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    bounds: Box<[f64]>,
    le: Box<[Box<str>]>,
}

impl Bounds {
    /// These bounds, which rise strictly and are finite; +Inf is implied.
    ///
    /// ```
    /// use obs_runtime::snapshot::Bounds;
    /// let bounds = Bounds::new(&[0.000001, 0.25, 1.0]);
    /// assert_eq!(bounds.le().collect::<Vec<_>>(), ["1e-06", "0.25", "1.0", "+Inf"]);
    /// ```
    pub fn new(bounds: &[f64]) -> Bounds {
        let le = bounds.iter().map(|bound| bucket::le(*bound)).chain(["+Inf".to_owned()]);
        Bounds { bounds: bounds.into(), le: le.map(String::into_boxed_str).collect() }
    }

    /// The upper bounds, without +Inf.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// The `le` label of each bucket, the last one `+Inf`.
    pub fn le(&self) -> impl ExactSizeIterator<Item = &str> {
        self.le.iter().map(|le| &**le)
    }
}

impl HistogramValue {
    /// The number of observations.
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |total, count| total.wrapping_add(*count))
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Value {
        Value::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Float(value)
    }
}

impl From<HistogramValue> for Value {
    fn from(value: HistogramValue) -> Value {
        Value::Histogram(value)
    }
}

impl From<SummaryValue> for Value {
    fn from(value: SummaryValue) -> Value {
        Value::Summary(value)
    }
}
