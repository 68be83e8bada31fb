#![deny(unused_braces)]

use obs_runtime::observe;

#[observe]
pub fn straight(n: u8) -> u8 {
    if { n > 1 } { n } else { 0 }
}

#[observe]
pub fn read(n: u8) -> Option<u8> {
    if { n > 1 } { Some(n) } else { None }
}

fn main() {}
