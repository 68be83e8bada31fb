//! The obs runtime.
