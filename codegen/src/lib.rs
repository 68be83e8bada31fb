//! Build-time code generation from obs attributes.
//!
//! A build script reads the package's source through the same grammar as the macros, and writes what can
//! be known before anything runs: the catalogue of what is measured, Grafana dashboards, Prometheus rules,
//! runbooks, and the configuration of everything around the service. All of it is made of the same
//! attributes, so a dashboard cannot ask for a metric that the program does not export.
//!
//! ```no_run
//! // build.rs
//! obs_codegen::Builder::from_crate().service("schema-registry").emit();
//! ```
//!
//! ```text
//! // tests/drift.rs: the source and the linked program agree.
//! obs_codegen::assert_no_drift!(obs_runtime::catalogue());
//! ```
//!
//! From source to files, data flows one way: [`package`] finds the crates, [`source`] reads their modules
//! into a catalogue, [`artefacts`] makes files of it. [`query`] and [`family`] know what a query may ask
//! for. The command `cargo obs` does the same from outside of a build, checks what was committed
//! ([`change`]), has opinions ([`lint`]), and says who uses a series and what a release breaks.
//!
//! # Features
//!
//! None is on by default: as a build-dependency this crate is compiled by every build of its users.
//!
//! - `promql` parses queries and checks them against the catalogue (`query::check`).
//! - `cli` builds the command: `cargo install obs-codegen --features cli`.

pub mod artefacts;
pub mod catalogue;
pub mod change;
pub mod compose;
pub mod devices;
#[cfg(feature = "cli")]
pub mod diff;
pub mod drift;
pub mod family;
pub mod lint;
pub mod mistake;
pub mod package;
pub mod plan;
pub mod query;
pub mod settings;
pub mod source;
pub mod subject;
#[cfg(feature = "cli")]
pub mod uses;

mod alert;
mod builder;
mod calls;
mod conflict;
mod dashboard;
mod launches;
mod markdown;
mod metrics_md;
mod objective;
mod requests;
mod rules;
mod runbook;
mod stack;
mod yaml;

#[cfg(test)]
mod example;

pub use builder::{Builder, Report, checked};
pub use compose::Requests;
#[cfg(feature = "promql")]
pub use compose::{
    Alert, Objective, Record,
    dashboard::{Dashboard, Panel, Row, Threshold},
    foreign::Foreign,
};
pub use mistake::{Errors, Mistake};
pub use obs_model::request::RequestLabel;
