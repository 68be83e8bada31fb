//! The `metrics` crate's macros, in front of metrics-exporter-prometheus.

use std::sync::LazyLock;
use std::time::Instant;

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use obs_model::bucket::Preset;

use crate::{Peer, Refused, body};

static EXPORTER: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new().set_buckets(Preset::Latency.bounds()).expect("there are buckets");
    builder.install_recorder().expect("the first recorder")
});

/// The macros as the crate's documentation writes them.
#[derive(Debug)]
pub struct Macros;

/// Literal labels, one set for each result: then the keys are statics, hashed at compile time.
#[inline(never)]
fn macros(input: u64) -> Result<u64, Refused> {
    let in_flight =
        gauge!("function_calls_concurrent", "function" => "call", "module" => "obs_benches::peers");
    in_flight.increment(1.0);
    let start = Instant::now();
    let result = body(input);
    macro_rules! record {
        ($result:literal) => {{
            histogram!(
                "function_calls_duration_seconds",
                "function" => "call", "module" => "obs_benches::peers", "result" => $result,
            )
            .record(start.elapsed());
            counter!(
                "function_calls_total",
                "function" => "call", "module" => "obs_benches::peers", "result" => $result,
            )
            .increment(1);
        }};
    }
    if result.is_ok() {
        record!("ok");
    } else {
        record!("error");
    }
    in_flight.decrement(1.0);
    result
}

impl Peer for Macros {
    const NAME: &'static str = "metrics + exporter";

    fn call(input: u64) -> Result<u64, Refused> {
        macros(input)
    }

    fn works() -> bool {
        LazyLock::force(&EXPORTER);
        let _ = macros(1);
        EXPORTER.render().lines().any(|line| line.starts_with("function_calls_total{"))
    }

    /// A histogram keeps every observation until a scrape or this; a running exporter does it every few seconds.
    fn settle() {
        EXPORTER.run_upkeep();
    }
}
