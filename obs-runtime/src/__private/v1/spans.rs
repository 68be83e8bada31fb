//! The spans of a call: the one that is recorded here, and the one that subscribers of `tracing` see.
//!
//! Either, both or none is wanted. A call keeps one byte about it; where it is zero, that is all there is.

use super::span::{self, Parent, Span, Value};
use super::{Class, Live, Outcome, Site};
use crate::attention::{self, CLOCK, CONTEXT, RECORDED};
use crate::trace::fields::{Addition, Fields};
use crate::trace::record::{Ended, Extra, Origin};
use crate::trace::spare;
use crate::trace::thread::{self, Above};
use tracing::Id;
use tracing::level_filters::LevelFilter;

mod open;

pub(super) use open::{Begun, Open, begin, begin_bare, close, close_here, first, open, open_bare, pause};

/// What a call has besides its counts: spans, and maybe a trace that others attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spans(u8);

/// Beside the flags of [`attention`]: a subscriber sees the call.
const SEEN: u8 = 4;

/// What is there whether or not a call has spans.
const AROUND: u8 = CONTEXT | CLOCK;

impl Spans {
    pub(super) const NONE: Spans = Spans(0);

    /// Whether there is anything.
    #[inline(always)]
    pub(super) fn any(self) -> bool {
        self.0 != 0
    }

    /// Whether there are spans.
    #[inline(always)]
    pub(super) fn spans(self) -> bool {
        self.has(RECORDED | SEEN)
    }

    #[inline(always)]
    fn has(self, which: u8) -> bool {
        self.0 & which != 0
    }

    /// What of it is there besides a subscriber's span, after it was tried to record the call.
    #[inline(always)]
    fn kept(self, recorded: bool) -> Spans {
        Spans(self.0 & AROUND | if recorded { RECORDED } else { 0 })
    }
}

/// A call's spans before they are entered. Making them runs user code, which may panic: nothing is open yet.
#[derive(Debug)]
pub struct Prepared {
    wanted: Spans,
    span: Option<Span>,
    above: Above,
    extra: Option<Box<Extra>>,
}

impl Prepared {
    /// Nothing, for a function that has neither spans nor metrics.
    pub fn none() -> Prepared {
        Prepared { wanted: Spans::NONE, span: None, above: Above::Current, extra: None }
    }
}

impl Site {
    /// What anybody could want. Two relaxed loads where nobody does.
    #[inline(always)]
    pub(super) fn wanted(&'static self) -> Spans {
        let flags = attention::flags();
        Spans(if self.wants_span() { flags | SEEN } else { flags })
    }
}

impl Live {
    /// What is left of it when nothing is made of functions without spans.
    fn really(&'static self, wanted: Spans) -> Spans {
        if self.desc.spans { wanted } else { Spans(wanted.0 & AROUND) }
    }
}

/// Spans without fields.
fn bare(live: &'static Live, wanted: Spans) -> Prepared {
    let wanted = live.really(wanted);
    let span = wanted.has(SEEN).then(|| live.span(None, &[]));
    Prepared { wanted, span, above: Above::Current, extra: None }
}

/// Spans with the fields, parent and causes that the attribute names.
pub fn span<P, F>(
    site: &'static Site,
    parent: Parent<P>,
    follows_from: F,
    fields: &[Option<&dyn Value>],
) -> Prepared
where
    P: Into<Option<Id>>,
    F: IntoIterator,
    F::Item: Into<Option<Id>>,
{
    let live = site.live();
    let wanted = live.really(site.wanted());
    let parent = match parent {
        Parent::Current => None,
        Parent::Given(parent) => Some(parent.into()),
    };
    // The ids of `tracing` say nothing here, but that there is to be no parent does.
    let above = if parent == Some(None) { Above::Nothing } else { Above::Current };
    let extra = if wanted.has(RECORDED) { live.copied(fields) } else { None };
    let span = wanted.has(SEEN).then(|| {
        let span = live.span(parent, fields);
        follows_from.into_iter().for_each(|cause| {
            span.follows_from(cause);
        });
        span
    });
    Prepared { wanted, span, above, extra }
}

impl Live {
    /// The values of the fields, for a span that is recorded here.
    fn copied(&'static self, values: &[Option<&dyn Value>]) -> Option<Box<Extra>> {
        if values.is_empty() {
            return None;
        }
        let fields = Fields::read(|fields| {
            for (field, value) in self.meta.fields().iter().zip(values) {
                if let Some(value) = value {
                    value.record(&field, fields);
                }
            }
        });
        let mut extra = spare::extra();
        extra.add(Addition::Fields(fields), &thread::limits());
        Some(extra)
    }
}

/// Enters the spans of a call that ends on this thread.
#[inline(never)]
pub(super) fn enter_bare(site: &'static Site, wanted: Spans) -> Spans {
    let live = site.live();
    if wanted.has(SEEN) {
        return enter(bare(live, wanted));
    }
    wanted.kept(wanted.has(RECORDED) && live.desc.spans && thread::enter_bare().is_some())
}

/// Enters the spans that `prepare` makes, if there are to be any.
#[cold]
pub(super) fn enter_with(wanted: Spans, prepare: impl FnOnce() -> Prepared) -> Spans {
    if wanted.spans() { enter(prepare()) } else { wanted }
}

/// Enters prepared spans.
fn enter(prepared: Prepared) -> Spans {
    let Prepared { wanted, span, above, extra } = prepared;
    let mut spans = wanted.kept(wanted.has(RECORDED) && thread::enter(above, extra).is_some());
    // Inside of ours: a subscriber that asks for the trace finds it.
    if let Some(span) = span
        && span::enter(span)
    {
        spans.0 |= SEEN;
    }
    spans
}

/// Marks the span that this thread is in with an error that no call returns.
pub(crate) fn mark_current(error_type: &'static str) {
    if attention::has(RECORDED) {
        thread::add(Addition::Fields(Fields::of_error(error_type)));
    }
    if LevelFilter::current() != LevelFilter::OFF {
        span::mark(&Span::current(), Some(error_type));
    }
}

/// How a call ended, for its spans.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) ended: Ended,
    pub(super) series: usize,
}

impl End {
    /// Of a call that a class was found for, or else that ended like this.
    pub(super) fn how(class: Class, outcome: Outcome) -> Ended {
        match outcome {
            Outcome::Ok | Outcome::Error => class.into(),
            Outcome::Cancelled => Ended::Cancelled,
            Outcome::Panic => Ended::Panic,
        }
    }

    /// The number of the series, as a record keeps it.
    fn series(&self) -> u32 {
        u32::try_from(self.series).unwrap_or(u32::MAX)
    }
}

/// Leaves an exemplar in the trace that somebody else brought. That of a recorded call is left by whoever
/// keeps its trace.
fn exemplify<const METRICS: bool>(live: &'static Live, spans: Spans, end: &End) {
    if METRICS && spans.has(CONTEXT) && !spans.has(RECORDED) {
        live.exemplify(end.series, end.end.saturating_sub(end.start));
    }
}

/// Leaves the spans of a call that ended on this thread.
#[inline(never)]
pub(super) fn leave<const METRICS: bool>(site: &'static Site, spans: Spans, end: End) {
    let live = site.live();
    exemplify::<METRICS>(live, spans, &end);
    live.tell_slow(&end, || if spans.has(RECORDED) { thread::fields() } else { Vec::new() });
    if spans.has(SEEN) {
        span::leave(end.ended.error_type());
    }
    if spans.has(RECORDED) {
        thread::leave(Origin::Function(live), end.start, end.end, end.ended, end.series());
    }
}
