//! Spans, metrics and logs to a collector, in the OpenTelemetry protocol.
//!
//! Three threads of our own, one a signal. The threads that make spans or log leave what they have in a bounded queue
//! and never wait; the metrics are read from a snapshot. What a signal sends is made in [`traces`], [`metrics`] and
//! `logs`, straight from our records into the protocol's bytes ([`wire`]), goes out by a [`transport`], the same bytes
//! again if it is worth trying ([`deliver`]), and is counted ([`counts`]).

mod config;
mod counts;
mod deliver;
mod env;
mod exporter;
#[cfg(feature = "logs")]
pub(crate) mod logs;
mod metrics;
mod name;
mod places;
mod proto;
mod resource;
mod senders;
mod settings;
mod tls;
mod traces;
mod transport;
mod value;
mod wire;

pub use config::Otlp;
pub(crate) use exporter::{Exporter, Program};
pub(crate) use settings::Settings;

#[cfg(test)]
mod tests;
