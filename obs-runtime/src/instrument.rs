//! What code updates: counters, gauges and histograms, and the parts that calls are counted with.

pub(crate) mod counter;
pub(crate) mod errors;
pub(crate) mod exemplar;
pub(crate) mod family;
pub(crate) mod gauge;
pub(crate) mod hash;
pub(crate) mod histogram;
pub(crate) mod timing;

pub use counter::{Counter, CounterSeries};
pub use gauge::{Gauge, GaugeSeries};
pub use histogram::{Histogram, HistogramSeries};
