//! Telling the program something: a line of its log, or a span.
//!
//! Behind that is code of the program's. If it panics, what was to be told is lost, and nothing else: no device, no count,
//! and not the thread that reads all of them.

use obs_runtime::__private::v1::Tally;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How often that happened.
pub(crate) static PANICS: Tally = Tally::new();

/// Tells it.
pub(crate) fn tell<R>(line: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(line)).inspect_err(|_| PANICS.add(1)).ok()
}
