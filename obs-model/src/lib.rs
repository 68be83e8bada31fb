//! Plain data and one grammar.
//!
//! A proc-macro crate can export only macros, and a build script runs before anything is linked, so
//! what `#[observe]` means has to live in an ordinary crate that both can use. This is that crate:
//!
//! - [`catalogue`]: everything that a program measures, as data. The runtime builds one from what was
//!   linked, code generation builds one from the source, and [`Catalogue::drift`] compares them.
//! - [`bucket`], [`mod@unit`], [`name`], [`duration`], [`objective`], [`promise`]: the small vocabularies attributes use.
//! - [`request`]: the families of requests, which no attribute declares.
//! - `grammar` (feature `parse`): tokens to model, with every mistake reported at its token.
//!
//! Without the `parse` feature the crate has no dependencies. It does no I/O.

pub mod bucket;
pub mod catalogue;
pub mod duration;
pub mod json;
pub mod name;
pub mod objective;
pub mod promise;
pub mod request;
pub mod suggest;
pub mod unit;

#[cfg(feature = "parse")]
pub mod grammar;

pub use catalogue::{
    Catalogue, Category, Drift, ErrorType, Every, Function, Kernel, Kind, Label, Latency, Metric, Place,
    Severity, Slo, Source, SpanKind,
};
pub use objective::Percent;
pub use promise::Promise;
pub use request::Requests;
pub use unit::Unit;
