//! Build-time code generation from obs attributes.
#![allow(missing_docs)]
pub mod artefacts;
mod calls;
pub mod catalogue;
pub mod dashboard;
#[cfg(test)]
mod example;
pub mod family;
pub mod mistake;
pub mod package;
pub mod query;
pub mod rules;
pub mod source;
pub mod subject;
