//! What generated code calls. Not for people.

pub mod v1;
