//! Spans of requests, which have no callsite: their names are known when they end.

use super::fields::{Addition, Fields};
use super::record::{Ended, FieldValue, Origin};
use super::thread::{self, Above, Active};
use crate::context::TraceContext;
use crate::private::SpanKind;
use std::borrow::Cow;
use tracing::callsite::{Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::{Kind, Level, Metadata};
use tracing::subscriber::Interest;

/// The attributes of a span.
pub(crate) type Attributes = Vec<(Cow<'static, str>, FieldValue)>;

/// Where all of them come from. No subscriber knows it.
struct Request;

static REQUEST: Request = Request;
static META: Metadata<'static> = Metadata::new(
    "request",
    "obs::request",
    Level::INFO,
    None,
    None,
    None,
    FieldSet::new(&[], Identifier(&REQUEST)),
    Kind::SPAN,
);

impl Callsite for Request {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &META
    }
}

/// The span of a request that is being made or answered.
#[derive(Debug)]
pub(crate) struct RequestSpan {
    active: Active,
    start: u64,
}

impl RequestSpan {
    /// The span of a request that came in. What the thread is in is the server's business and not the
    /// request's, so the caller's span is above it, or nothing.
    pub(crate) fn server(remote: Option<TraceContext>, start: u64) -> Option<RequestSpan> {
        RequestSpan::begin(remote.map_or(Above::Nothing, Above::Remote), start)
    }

    /// The span of a request that goes out, below what the thread is in.
    pub(crate) fn client(start: u64) -> Option<RequestSpan> {
        RequestSpan::begin(Above::Current, start)
    }

    fn begin(above: Above, start: u64) -> Option<RequestSpan> {
        if cfg!(feature = "off") || !super::is_on() {
            return None;
        }
        Some(RequestSpan { active: thread::begin(above, None)?, start })
    }

    /// What is below it when it is told to others.
    pub(crate) fn context(&self) -> TraceContext {
        self.active.context()
    }

    /// Whether anybody could see its name and attributes.
    pub(crate) fn is_recorded(&self) -> bool {
        self.active.is_recorded()
    }

    /// Adds attributes that are known before it ends.
    pub(crate) fn add(&mut self, values: Attributes) {
        self.active.add(Addition::Fields(Fields { values, failed: false }));
    }

    /// Does something inside of it.
    pub(crate) fn inside<R>(&mut self, body: impl FnOnce() -> R) -> R {
        /// Leaves it even if `body` panics.
        struct Inside<'a>(&'a mut Active);
        impl Drop for Inside<'_> {
            fn drop(&mut self) {
                self.0.suspend();
            }
        }
        self.active.resume();
        let _inside = Inside(&mut self.active);
        body()
    }

    /// It has ended, at that time. `describe` says its name and attributes, if somebody wants them.
    pub(crate) fn end(
        self,
        kind: SpanKind,
        end: u64,
        ended: Ended,
        describe: impl FnOnce() -> (String, Attributes),
    ) {
        let times = (self.start, end);
        self.active.end_described(Origin::Foreign(&META), times, ended, |extra, limits| {
            let (name, values) = describe();
            extra.name = Some(name.into());
            extra.kind = Some(kind);
            extra.add(Addition::Fields(Fields { values, failed: false }), limits);
        });
    }
}
