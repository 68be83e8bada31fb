//! The `prometheus-client` crate: families with derived label sets.

use std::sync::LazyLock;
use std::time::Instant;

use obs_model::bucket::Preset;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::{FUNCTION, MODULE};
use crate::{Peer, Refused, body};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    function: &'static str,
    module: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Place {
    function: &'static str,
    module: &'static str,
}

static CALLS: LazyLock<Family<Call, Counter>> = LazyLock::new(Family::default);
static DURATION: LazyLock<Family<Call, Histogram>> = LazyLock::new(|| {
    Family::new_with_constructor(|| Histogram::new(Preset::Latency.bounds().iter().copied()))
});
static CONCURRENT: LazyLock<Family<Place, Gauge>> = LazyLock::new(Family::default);

/// `Family::get_or_create` in each call.
#[derive(Debug)]
pub struct Families;

#[inline(never)]
fn families(input: u64) -> Result<u64, Refused> {
    let place = Place { function: FUNCTION, module: MODULE };
    let in_flight = CONCURRENT.get_or_create_owned(&place);
    in_flight.inc();
    let start = Instant::now();
    let result = body(input);
    let outcome = if result.is_ok() { "ok" } else { "error" };
    let call = Call { function: FUNCTION, module: MODULE, result: outcome };
    DURATION.get_or_create(&call).observe(start.elapsed().as_secs_f64());
    CALLS.get_or_create(&call).inc();
    in_flight.dec();
    result
}

impl Peer for Families {
    const NAME: &'static str = "prometheus-client, Family";

    fn call(input: u64) -> Result<u64, Refused> {
        families(input)
    }

    fn works() -> bool {
        let count = || CALLS.get_or_create(&Call { function: FUNCTION, module: MODULE, result: "ok" }).get();
        let before = count();
        let _ = families(1);
        count() == before + 1
    }
}
