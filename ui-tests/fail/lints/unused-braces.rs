#![deny(unused_braces)]

use obs_runtime::observe;

#[observe]
pub fn f(n: u8) -> u8 {
    let m = { n };
    m
}

fn main() {}
