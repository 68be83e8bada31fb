//! The primitives of the structures that are read without a lock. `tests/interleavings.rs` compiles the same
//! files against primitives that a scheduler controls.

pub(crate) use std::sync::atomic::{AtomicU32, Ordering};
pub(crate) use std::sync::{Mutex, OnceLock};
