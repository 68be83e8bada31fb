//! Spans of work that somebody else did, at times that were found out later.

use super::{Category, SpanKind};
use crate::clock;
use crate::trace::record::{Ended, Extra, Origin, Record};
use crate::trace::{self, thread};
use std::borrow::Cow;
use tracing::Metadata;
use tracing::callsite::{Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::{Kind, Level};
use tracing::subscriber::Interest;

pub use crate::trace::FieldValue;

/// Where all of them come from. No subscriber knows it.
struct Device;

static DEVICE: Device = Device;
static META: Metadata<'static> = Metadata::new(
    "gpu.kernel",
    "obs::gpu",
    Level::INFO,
    None,
    None,
    None,
    FieldSet::new(&[], Identifier(&DEVICE)),
    Kind::SPAN,
);

impl Callsite for Device {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &META
    }
}

/// A moment, in ticks of the clock that calls are timed with.
#[inline]
pub fn now() -> u64 {
    clock::now()
}

/// So many ticks, in seconds.
#[inline]
pub fn seconds(ticks: u64) -> f64 {
    clock::seconds(ticks)
}

/// So many seconds, in ticks.
#[inline]
pub fn ticks(seconds: f64) -> u64 {
    clock::ticks(seconds)
}

/// A place below a span that is recorded.
#[derive(Clone, Debug)]
pub struct Place(thread::Handle);

/// What is known of a span that has ended.
#[derive(Debug)]
pub struct Ran {
    pub name: &'static str,
    /// In ticks.
    pub start: u64,
    /// In ticks.
    pub end: u64,
    pub error: Option<&'static Category>,
    pub fields: Vec<(Cow<'static, str>, FieldValue)>,
}

impl Place {
    /// Below the span that this thread is in. One relaxed load where nobody records spans.
    #[inline]
    pub fn current() -> Option<Place> {
        if cfg!(feature = "off") || !trace::is_on() { None } else { Place::recorded() }
    }

    #[cold]
    fn recorded() -> Option<Place> {
        thread::handle().filter(thread::Handle::is_recorded).map(Place)
    }

    /// Records a span there, whether or not the one above has ended. Says which it is, if its trace is sampled.
    pub fn record(&self, ran: Ran) -> Option<(u128, u64)> {
        let Ran { name, start, end, error, fields } = ran;
        let extra =
            Extra { name: Some(name.into()), kind: Some(SpanKind::Internal), fields, ..Extra::default() };
        let ended = error.map_or(Ended::Ok, Ended::Error);
        let id = self.0.record(|id, parent| Record {
            origin: Origin::Foreign(&META),
            id,
            parent,
            start,
            end,
            ended,
            series: 0,
            extra: Some(Box::new(extra)),
        });
        let context = self.0.context();
        context.sampled.then_some((context.trace_id, id))
    }
}
