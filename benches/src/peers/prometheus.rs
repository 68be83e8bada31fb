//! The `prometheus` crate, written by hand: a counter, a histogram and an in-flight gauge.

use std::sync::LazyLock;
use std::time::Instant;

use obs_model::bucket::Preset;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
};

use super::{FUNCTION, MODULE};
use crate::{Peer, Refused, body};

static CALLS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    let opts = Opts::new("function_calls_total", "Calls.");
    IntCounterVec::new(opts, &["function", "module", "result"]).expect("valid names")
});
static DURATION: LazyLock<HistogramVec> = LazyLock::new(|| {
    let opts = HistogramOpts::new("function_calls_duration_seconds", "Durations.");
    let opts = opts.buckets(Preset::Latency.bounds().to_vec());
    HistogramVec::new(opts, &["function", "module", "result"]).expect("valid names")
});
static CONCURRENT: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    let opts = Opts::new("function_calls_concurrent", "Calls in flight.");
    IntGaugeVec::new(opts, &["function", "module"]).expect("valid names")
});

/// The handle of each series is looked up once.
#[derive(Debug)]
pub struct Handles;

/// What a careful author keeps in a static.
struct Outcome {
    calls: IntCounter,
    duration: Histogram,
}

impl Outcome {
    fn of(result: &str) -> Self {
        Outcome {
            calls: CALLS.with_label_values(&["handles", MODULE, result]),
            duration: DURATION.with_label_values(&["handles", MODULE, result]),
        }
    }
}

static OK: LazyLock<Outcome> = LazyLock::new(|| Outcome::of("ok"));
static ERROR: LazyLock<Outcome> = LazyLock::new(|| Outcome::of("error"));
static IN_FLIGHT: LazyLock<IntGauge> = LazyLock::new(|| CONCURRENT.with_label_values(&["handles", MODULE]));

#[inline(never)]
fn handles(input: u64) -> Result<u64, Refused> {
    IN_FLIGHT.inc();
    let start = Instant::now();
    let result = body(input);
    let outcome = if result.is_ok() { &OK } else { &ERROR };
    outcome.duration.observe(start.elapsed().as_secs_f64());
    outcome.calls.inc();
    IN_FLIGHT.dec();
    result
}

impl Peer for Handles {
    const NAME: &'static str = "prometheus, static handles";

    fn call(input: u64) -> Result<u64, Refused> {
        handles(input)
    }

    fn works() -> bool {
        let before = OK.duration.get_sample_count();
        let _ = handles(1);
        OK.duration.get_sample_count() == before + 1 && OK.calls.get() == before + 1
    }
}

/// The handle of each series is looked up by its labels in each call.
#[derive(Debug)]
pub struct Labels;

#[inline(never)]
fn labels(input: u64) -> Result<u64, Refused> {
    let in_flight = CONCURRENT.with_label_values(&[FUNCTION, MODULE]);
    in_flight.inc();
    let start = Instant::now();
    let result = body(input);
    let outcome = if result.is_ok() { "ok" } else { "error" };
    DURATION.with_label_values(&[FUNCTION, MODULE, outcome]).observe(start.elapsed().as_secs_f64());
    CALLS.with_label_values(&[FUNCTION, MODULE, outcome]).inc();
    in_flight.dec();
    result
}

impl Peer for Labels {
    const NAME: &'static str = "prometheus, with_label_values";

    fn call(input: u64) -> Result<u64, Refused> {
        labels(input)
    }

    fn works() -> bool {
        let count = || CALLS.with_label_values(&[FUNCTION, MODULE, "ok"]).get();
        let before = count();
        let _ = labels(1);
        count() == before + 1
    }
}
