//! `#[tracing::instrument]` in front of the bare registry of tracing-subscriber.

use std::sync::Once;

use tracing::Span;
use tracing_subscriber::Registry;

use crate::{Peer, Refused, body, ready};

/// Makes the registry the subscriber of this process, for good: the other peers run in another process.
pub fn subscribe() {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        tracing::subscriber::set_global_default(Registry::default()).expect("the first subscriber");
    });
}

/// A span for each call, without its argument.
#[derive(Debug)]
pub struct Attribute;

#[tracing::instrument(skip_all)]
#[inline(never)]
fn spanned(input: u64) -> Result<u64, Refused> {
    body(input)
}

#[tracing::instrument]
fn is_recorded() -> bool {
    Span::current().id().is_some()
}

impl Peer for Attribute {
    const NAME: &'static str = "#[tracing::instrument], registry";

    fn call(input: u64) -> Result<u64, Refused> {
        spanned(input)
    }

    fn works() -> bool {
        subscribe();
        is_recorded()
    }
}

/// The same on an async function.
#[derive(Debug)]
pub struct Ready;

#[tracing::instrument(skip_all)]
async fn spanned_ready(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Ready {
    const NAME: &'static str = Attribute::NAME;

    fn call(input: u64) -> Result<u64, Refused> {
        ready(spanned_ready(input))
    }

    fn works() -> bool {
        subscribe();
        is_recorded()
    }
}
