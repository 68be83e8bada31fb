//! The obs runtime.

pub mod snapshot;
