//! The primitives of what two threads share without a lock. `tests/interleavings.rs` compiles the same file against
//! primitives that a scheduler controls.

pub(crate) use std::sync::atomic::{AtomicU32, Ordering, fence};
