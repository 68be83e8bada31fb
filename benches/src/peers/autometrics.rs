//! `#[autometrics]` in front of the `prometheus` crate.

use autometrics::autometrics;

use crate::{Peer, Refused, body, ready};

/// The samples of that function in the registry autometrics records to.
fn recorded(function: &str) -> bool {
    prometheus::gather().iter().filter(|family| family.name() == "function_calls_total").any(|family| {
        family
            .get_metric()
            .iter()
            .any(|metric| metric.get_label().iter().any(|pair| pair.value() == function))
    })
}

/// The attribute, with the in-flight gauge that everybody here keeps.
#[derive(Debug)]
pub struct Attribute;

#[autometrics(track_concurrency)]
#[inline(never)]
fn counted(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Attribute {
    const NAME: &'static str = "#[autometrics], prometheus";

    fn call(input: u64) -> Result<u64, Refused> {
        counted(input)
    }

    fn works() -> bool {
        let _ = counted(1);
        recorded("counted")
    }
}

/// The same on an async function.
#[derive(Debug)]
pub struct Ready;

#[autometrics(track_concurrency)]
async fn counted_ready(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Ready {
    const NAME: &'static str = Attribute::NAME;

    fn call(input: u64) -> Result<u64, Refused> {
        ready(counted_ready(input))
    }

    fn works() -> bool {
        let _ = Self::call(1);
        recorded("counted_ready")
    }
}
