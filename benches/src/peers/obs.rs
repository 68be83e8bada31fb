//! `#[observe]`: ours.

use obs_runtime::snapshot::Value;
use obs_runtime::{LabelValue, observe};

use crate::{Peer, Refused, body, ready};

/// How many calls of that function have been counted.
fn counted(function: &str) -> u64 {
    let snapshot = obs_runtime::snapshot();
    let calls = snapshot.families.iter().filter(|family| family.name == "function_calls_total");
    let series = calls.flat_map(|family| &family.series);
    let ours = series.filter(|series| series.labels.get("function") == Some(function));
    ours.map(|series| if let Value::Integer(count) = series.value { count } else { 0 }).sum()
}

/// Whether a call is one more call.
fn counts<P: Peer>(function: &str) -> bool {
    let before = counted(function);
    let _ = P::call(1);
    counted(function) == before + 1
}

/// The attribute: a counter by result, a histogram and the in-flight gauge, and no subscriber for its span.
#[derive(Debug)]
pub struct Attribute;

#[observe]
#[inline(never)]
fn observed(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Attribute {
    const NAME: &'static str = "#[observe]";

    fn call(input: u64) -> Result<u64, Refused> {
        observed(input)
    }

    fn works() -> bool {
        counts::<Self>("observed")
    }
}

/// With a label that is an enum.
#[derive(Debug)]
pub struct EnumLabel;

#[derive(Clone, Copy, Debug, LabelValue)]
enum Parity {
    Even,
    Odd,
}

impl Parity {
    fn of(input: u64) -> Parity {
        if input.is_multiple_of(2) { Parity::Even } else { Parity::Odd }
    }
}

#[observe(labels(parity = Parity::of(input)))]
#[inline(never)]
fn by_parity(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for EnumLabel {
    const NAME: &'static str = "#[observe], enum label";

    fn call(input: u64) -> Result<u64, Refused> {
        by_parity(input)
    }

    fn works() -> bool {
        counts::<Self>("by_parity")
    }
}

/// With a label that is a string of which a hundred are kept; these are among them.
#[derive(Debug)]
pub struct CappedLabel;

const TENANTS: [&str; 8] = ["aachen", "bremen", "chemnitz", "dresden", "essen", "fulda", "goslar", "hamburg"];

#[observe(labels(tenant = capped(TENANTS[input as usize % TENANTS.len()])))]
#[inline(never)]
fn by_tenant(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for CappedLabel {
    const NAME: &'static str = "#[observe], capped label";

    fn call(input: u64) -> Result<u64, Refused> {
        by_tenant(input)
    }

    fn works() -> bool {
        counts::<Self>("by_tenant")
    }
}

/// The attribute on an async function.
#[derive(Debug)]
pub struct Ready;

#[observe]
async fn observed_ready(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Ready {
    const NAME: &'static str = Attribute::NAME;

    fn call(input: u64) -> Result<u64, Refused> {
        ready(observed_ready(input))
    }

    fn works() -> bool {
        counts::<Self>("observed_ready")
    }
}

/// The attribute where the registry of tracing-subscriber keeps the span, beside the metrics.
#[derive(Debug)]
pub struct Spanned;

impl Peer for Spanned {
    const NAME: &'static str = "#[observe], registry";

    fn call(input: u64) -> Result<u64, Refused> {
        observed(input)
    }

    fn works() -> bool {
        super::tracing::subscribe();
        opens_span() && counts::<Self>("observed")
    }
}

/// The same on an async function.
#[derive(Debug)]
pub struct SpannedReady;

impl Peer for SpannedReady {
    const NAME: &'static str = Spanned::NAME;

    fn call(input: u64) -> Result<u64, Refused> {
        Ready::call(input)
    }

    fn works() -> bool {
        super::tracing::subscribe();
        opens_span() && counts::<Self>("observed_ready")
    }
}

#[observe]
fn opens_span() -> bool {
    tracing::Span::current().id().is_some()
}
