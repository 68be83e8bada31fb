//! `Registry::gather` and the text encoder of the `prometheus` crate.

use obs_model::bucket::Preset;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};

use super::{CALLS, FUNCTIONS, MODULE, RESULTS, function, short};

/// The page, from a registry filled once.
///
/// # Panics
///
/// Never: the names are valid.
pub fn page() -> impl Fn() -> String {
    let (calls, duration, concurrent) = families().expect("valid names");
    for index in 0..FUNCTIONS {
        let function = function(index);
        for result in RESULTS {
            calls.with_label_values(&[&function, MODULE, result]).inc_by(CALLS as u64);
        }
        for _ in 0..CALLS {
            duration.with_label_values(&[&function, MODULE, "ok"]).observe(short().as_secs_f64());
        }
        concurrent.with_label_values(&[&function, MODULE]).set(0);
    }
    let registry = Registry::new();
    registry.register(Box::new(calls)).expect("a new name");
    registry.register(Box::new(duration)).expect("a new name");
    registry.register(Box::new(concurrent)).expect("a new name");
    move || TextEncoder::new().encode_to_string(&registry.gather()).expect("a String takes it all")
}

fn families() -> prometheus::Result<(IntCounterVec, HistogramVec, IntGaugeVec)> {
    let labels = ["function", "module", "result"];
    let duration = HistogramOpts::new("function_calls_duration_seconds", "Durations.")
        .buckets(Preset::Latency.bounds().to_vec());
    Ok((
        IntCounterVec::new(Opts::new("function_calls_total", "Calls."), &labels)?,
        HistogramVec::new(duration, &labels)?,
        IntGaugeVec::new(Opts::new("function_calls_concurrent", "Calls in flight."), &labels[..2])?,
    ))
}
