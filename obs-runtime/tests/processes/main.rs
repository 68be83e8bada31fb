//! Programs of several processes, and what collectors and Prometheus are told of them. Each process is this test
//! again, which plays the part that its environment names.

#![cfg(all(unix, not(feature = "off")))]

#[path = "../otlp/collector.rs"]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod collector;
mod exemplars;
mod load;
mod program;
mod prometheus;
#[path = "../otlp/rotel.rs"]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod rotel;
#[path = "../hops/shop.rs"]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod shop;
mod trees;

/// What the other tests run this program for.
#[test]
fn a_part_of_a_program() {
    program::play();
}
