//! `PrometheusHandle::render` of metrics-exporter-prometheus.

use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use obs_model::bucket::Preset;

use super::{CALLS, FUNCTIONS, MODULE, RESULTS, function, short};

/// The page, from a recorder filled once.
///
/// # Panics
///
/// Never: there are buckets.
pub fn page() -> impl Fn() -> String {
    let builder = PrometheusBuilder::new().set_buckets(Preset::Latency.bounds()).expect("there are buckets");
    let recorder = builder.build_recorder();
    with_local_recorder(&recorder, || {
        for index in 0..FUNCTIONS {
            for result in RESULTS {
                let labels =
                    [("function", function(index)), ("module", MODULE.into()), ("result", result.into())];
                counter!("function_calls_total", &labels).increment(CALLS as u64);
            }
            let labels = [("function", function(index)), ("module", MODULE.into()), ("result", "ok".into())];
            let duration = histogram!("function_calls_duration_seconds", &labels);
            for _ in 0..CALLS {
                duration.record(short());
            }
            gauge!("function_calls_concurrent", &labels[..2]).set(0.0);
        }
    });
    let handle = recorder.handle();
    move || handle.render()
}
