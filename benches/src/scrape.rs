//! A page of 10,000 lines, written by each peer from the same families.
//!
//! A family of calls, one of durations and one of calls in flight, for [`FUNCTIONS`] functions: what
//! `#[observe]` exports of a large service. Every histogram has seen real, short calls, so that sums and
//! counts have digits.

pub mod metrics;
pub mod obs;
pub mod prometheus;
pub mod prometheus_client;

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};

/// Each has 18 lines: two results of the counter, 15 of the histogram (12 buckets, +Inf, sum, count), the gauge.
pub const FUNCTIONS: usize = 555;

/// Calls of each function before the page is written.
pub const CALLS: usize = 20;

/// The results that are exported of each function.
pub const RESULTS: [&str; 2] = ["ok", "error"];

/// The module they all are in; ours are in many, with names of that length.
pub const MODULE: &str = "obs_benches::scrape::obs::m00";

/// Names as long as people's are.
pub fn function(index: usize) -> String {
    format!("handle_request_{index:03}")
}

/// What a call of nearly nothing takes.
pub fn short() -> Duration {
    Instant::now().elapsed()
}

/// Measures `page` under that name in the group `scrape`, with its lines as the throughput.
///
/// # Panics
///
/// When the page is not of 10,000 lines, give or take its comments and what the peer says of itself; on ours
/// are the functions of the other benches too. The time is scaled to the lines.
pub fn measure<P: AsRef<[u8]>>(criterion: &mut Criterion, name: &str, page: impl Fn() -> P) {
    let lines = page().as_ref().iter().filter(|byte| **byte == b'\n').count();
    assert!((9_800..=10_300).contains(&lines), "{name} writes {lines} lines");
    let mut group = criterion.benchmark_group("scrape");
    group.throughput(Throughput::Elements(lines as u64));
    group.bench_function(name, |bencher| bencher.iter(&page));
}
