//! The runtime of obs: what `#[observe]` and `#[metric]` record into, and where it comes out.
//!
//! Data flows one way: call site → instrument → snapshot → exporter. Exporters see only the
//! [`snapshot`](fn@snapshot).

#[doc(hidden)]
pub mod __private;
mod cells;
mod clock;
mod context;
mod error;
mod instrument;
mod label;
mod registry;
pub mod snapshot;

use __private::v1 as private;

pub use error::{Categories, Category, ErrorCategory, Severity, report};
pub use instrument::{Counter, CounterSeries, Gauge, GaugeSeries, Histogram, HistogramSeries};
pub use label::{Capped, LabelSet, LabelValue};
pub use registry::{Conflict, catalogue, conflicts, snapshot};
