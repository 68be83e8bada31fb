//! Documented.
#![deny(missing_docs)]

use obs_runtime::observe;

#[observe]
pub fn f() {}

/// Documented.
#[observe]
pub fn g() {}

fn main() {}
