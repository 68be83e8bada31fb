//! Spans and metrics to a collector, in the OpenTelemetry protocol.
//!
//! Two threads of our own, one a signal. The threads that make spans leave them in a bounded queue and never wait;
//! the metrics are read from a snapshot. What a signal sends is made in [`traces`] and [`metrics`], straight from
//! our records into the protocol's messages, goes out by a [`transport`], again if it is worth trying
//! ([`deliver`]), and is counted ([`counts`]).

mod config;
mod counts;
mod deliver;
mod env;
mod exporter;
mod metrics;
mod name;
mod resource;
mod senders;
mod settings;
mod traces;
mod transport;
mod value;

pub use config::Otlp;
pub(crate) use exporter::{Exporter, Program};
pub(crate) use settings::Settings;

#[cfg(test)]
mod tests;
