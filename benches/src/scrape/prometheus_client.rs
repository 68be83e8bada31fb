//! The OpenMetrics encoder of `prometheus-client`.

use obs_model::bucket::Preset;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{CALLS, FUNCTIONS, MODULE, RESULTS, function, short};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    function: String,
    module: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    function: String,
    module: &'static str,
}

/// The page, from a registry filled once.
///
/// # Panics
///
/// Never: a String takes the whole page.
pub fn page() -> impl Fn() -> String {
    let calls = Family::<Call, Counter>::default();
    let duration = Family::<Call, Histogram>::new_with_constructor(|| {
        Histogram::new(Preset::Latency.bounds().iter().copied())
    });
    let concurrent = Family::<Place, Gauge>::default();
    for index in 0..FUNCTIONS {
        let call = |result| Call { function: function(index), module: MODULE, result };
        for result in RESULTS {
            calls.get_or_create(&call(result)).inc_by(CALLS as u64);
        }
        for _ in 0..CALLS {
            duration.get_or_create(&call("ok")).observe(short().as_secs_f64());
        }
        concurrent.get_or_create(&Place { function: function(index), module: MODULE }).set(0);
    }
    let mut registry = Registry::default();
    registry.register("function_calls", "Calls", calls);
    registry.register("function_calls_duration_seconds", "Durations", duration);
    registry.register("function_calls_concurrent", "Calls in flight", concurrent);
    move || {
        let mut page = String::new();
        text::encode(&mut page, &registry).expect("a String takes it all");
        page
    }
}
