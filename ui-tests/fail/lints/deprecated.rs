#![deny(deprecated)]

use obs_runtime::observe;

#[observe]
#[deprecated(note = "too old")]
pub fn old() {}

#[observe]
pub fn f() {
    old();
}

fn main() {}
