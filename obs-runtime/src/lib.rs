//! The runtime of obs: what `#[observe]` and `#[metric]` record into, and where it comes out.
//!
//! Data flows one way: call site → instrument → snapshot → exporter. Exporters see only the
//! [`snapshot`](fn@snapshot).

#[doc(hidden)]
pub mod __private;
mod asked;
mod attention;
#[cfg(feature = "axum")]
pub mod axum;
mod baggage;
#[cfg(feature = "prometheus")]
mod bridge;
mod builder;
mod carry;
mod cells;
mod clock;
mod collect;
mod context;
mod digits;
mod error;
pub mod exposition;
mod health;
pub mod http;
mod instrument;
mod label;
#[cfg(feature = "logs")]
pub mod logs;
mod objective;
mod offload;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "process")]
mod process;
pub mod propagate;
mod registry;
mod secret;
mod self_metrics;
#[cfg(feature = "server")]
mod server;
#[cfg(any(feature = "server", feature = "axum"))]
mod slots;
pub mod snapshot;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
#[cfg(feature = "tower")]
pub mod tower;
// Spans come and go through features. What only one of them needs lies idle without it.
#[cfg_attr(
    not(all(feature = "otlp", feature = "testing", feature = "tracing-subscriber", feature = "tower")),
    allow(dead_code, unreachable_pub, unused_imports)
)]
mod trace;

use __private::v1 as private;

pub use baggage::Baggage;
#[cfg(feature = "prometheus")]
pub use bridge::PrometheusCollector;
pub use builder::{Builder, InitError, LogsReport, Obs, ShutdownReport, builder};
pub use carry::{Attached, Context, ContextExt, CorrelationId, WithContext, correlation_id};
#[cfg(feature = "tokio")]
pub use carry::{spawn, spawn_blocking};
pub use context::{ContextGuard, InContext, TraceContext, TraceSourceError, set_trace_source};
pub use error::{Categories, Category, ErrorCategory, Severity, report};
pub use health::{Check, CheckError};
pub use instrument::{Counter, CounterSeries, Gauge, GaugeSeries, Histogram, HistogramSeries};
pub use label::{Capped, LabelSet, LabelValue};
#[cfg(feature = "logs")]
pub use logs::Logs;
pub use objective::{Objective, Window, objectives};
pub use obs_macros::{ErrorCategory, LabelValue, metric, observe};
#[cfg(feature = "otlp")]
pub use otlp::Otlp;
pub use registry::{Conflict, catalogue, conflicts, snapshot};
pub use secret::Secret;
pub use trace::{FieldValue, Sampling, record};
#[cfg(feature = "tracing-subscriber")]
pub use trace::{layer, layer_with_filter};
