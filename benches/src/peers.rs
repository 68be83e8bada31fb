//! The peers, one file each, and the lists in which they are measured.

pub mod autometrics;
pub mod exported;
pub mod fastrace;
pub mod floor;
pub mod metrics;
pub mod obs;
pub mod prometheus;
pub mod prometheus_client;
pub mod tracing;

use crate::Visitor;

/// The labels that the hand-written peers carry, as `#[observe]` does.
pub const FUNCTION: &str = "call";
/// The other one.
pub const MODULE: &str = "obs_benches::peers";

/// A synchronous function, while no tracing subscriber is installed.
pub fn sync(visitor: &mut impl Visitor) {
    visitor.peer::<floor::Tsc>();
    visitor.peer::<floor::Bare>();
    visitor.peer::<floor::Clock>();
    visitor.peer::<obs::Attribute>();
    visitor.peer::<obs::EnumLabel>();
    visitor.peer::<obs::CappedLabel>();
    visitor.peer::<prometheus::Handles>();
    visitor.peer::<prometheus::Labels>();
    visitor.peer::<prometheus_client::Families>();
    visitor.peer::<metrics::Macros>();
    visitor.peer::<autometrics::Attribute>();
}

/// An async function whose future is ready on the first poll, while no tracing subscriber is installed.
pub fn ready(visitor: &mut impl Visitor) {
    visitor.peer::<floor::TscReady>();
    visitor.peer::<obs::Ready>();
    visitor.peer::<autometrics::Ready>();
}

/// A synchronous function that opens a span somebody keeps.
pub fn spans(visitor: &mut impl Visitor) {
    visitor.peer::<obs::Spanned>();
    visitor.peer::<tracing::Attribute>();
    visitor.peer::<fastrace::Attribute>();
}

/// An async function, ready on the first poll, that opens a span somebody keeps.
pub fn spans_ready(visitor: &mut impl Visitor) {
    visitor.peer::<obs::SpannedReady>();
    visitor.peer::<tracing::Ready>();
    visitor.peer::<fastrace::Ready>();
}
