//! Context between processes, in the headers of whatever carries the request.
//!
//! Four fields, each by its recommendation: `traceparent` and `tracestate` (W3C Trace Context), `baggage`
//! (W3C Baggage), and a correlation id in `x-correlation-id` or `x-request-id`, which is custom.
//!
//! [`extract`] and [`inject`] know no carrier: they read pairs and call a closure, as the headers of a message
//! queue need it. For HTTP there are `extract_headers` and `inject_headers` (feature `http`), for gRPC
//! `extract_metadata` and `inject_metadata` (feature `tonic`); the layers of feature `tower` do both by
//! themselves.
//!
//! ```
//! use obs_runtime::{Baggage, Context, propagate};
//!
//! // Where a message is received:
//! let message = [
//!     ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
//!     ("baggage", "tenant=acme"),
//! ];
//! let context = propagate::extract(message).into_context();
//! let sent = context.run(|| {
//!     assert_eq!(Baggage::current().get("tenant"), Some("acme"));
//!     // Where the next one is sent:
//!     let mut sent = Vec::new();
//!     propagate::inject(&Context::current(), |name, value| sent.push((name, value.to_owned())));
//!     sent
//! });
//! assert_eq!(sent[0].0, "traceparent");
//! assert_eq!(sent[1], ("baggage", "tenant=acme".to_owned()));
//! ```

use crate::baggage::Baggage;
use crate::carry::{Context, CorrelationId};
use crate::context::TraceContext;
use std::sync::Arc;

#[cfg(feature = "http")]
mod headers;
#[cfg(feature = "tonic")]
mod metadata;
mod tracestate;

#[cfg(feature = "http")]
pub use headers::{extract_headers, inject_headers};
#[cfg(feature = "tower")]
pub(crate) use headers::{extract_known, header};
#[cfg(feature = "tonic")]
pub use metadata::{extract_metadata, inject_metadata};

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";

/// The fields that a correlation id is read from, the first one first; it is sent in the first.
const CORRELATION: [&str; 2] = ["x-correlation-id", "x-request-id"];

/// What a request says of where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remote {
    /// The caller's span. `None` where no `traceparent` came, more than one, or one that is malformed: then a
    /// new trace begins, as the recommendation says.
    pub trace: Option<TraceContext>,
    /// What vendors say of the trace: opaque, to be handed on. At most 32 members and, as the recommendation
    /// lets one cut it, 512 bytes. `None` without a trace.
    pub tracestate: Option<Arc<str>>,
    /// The baggage.
    pub baggage: Baggage,
    /// The correlation id, if there is one that a log can hold.
    pub correlation_id: Option<CorrelationId>,
}

impl Remote {
    /// The context of work that is done for this request. What it attaches is all there is: nothing of the
    /// receiving thread stays but, where the request has no trace, the span that it is in.
    pub fn into_context(self) -> Context {
        let Remote { trace, tracestate, baggage, correlation_id } = self;
        Context::of(trace, tracestate, baggage, correlation_id)
    }
}

/// Reads the fields of a carrier, as pairs of name and value in their order. Names are compared without regard
/// to case; a name may come more than once. What is malformed is as if it were not there; nothing fails.
pub fn extract<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Remote {
    let mut found = Found::default();
    for (name, value) in fields {
        if name.eq_ignore_ascii_case(TRACEPARENT) {
            found.traceparent(value);
        } else if name.eq_ignore_ascii_case(TRACESTATE) {
            found.tracestates.push(value);
        } else if name.eq_ignore_ascii_case(BAGGAGE) {
            found.baggage.push(value);
        } else if let Some(rank) = CORRELATION.iter().position(|known| name.eq_ignore_ascii_case(known)) {
            found.correlation(rank, value);
        }
    }
    found.read()
}

/// Calls `set` with the name and value of each field that hands this context on: none for what it does not
/// have. Names are in lower case; values are printable ASCII.
pub fn inject(context: &Context, mut set: impl FnMut(&'static str, &str)) {
    if let Some(trace) = context.trace() {
        set(TRACEPARENT, &trace.to_traceparent());
        if let Some(state) = context.tracestate() {
            set(TRACESTATE, state);
        }
    }
    if !context.baggage().is_empty() {
        set(BAGGAGE, &context.baggage().to_header());
    }
    if let Some(id) = context.correlation_id() {
        set(CORRELATION[0], id.as_str());
    }
}

/// Values by field, before they are understood.
#[derive(Debug, Default)]
struct Found<'a> {
    /// The first, and whether there are more.
    traceparent: Option<(&'a str, bool)>,
    tracestates: Vec<&'a str>,
    baggage: Vec<&'a str>,
    /// With the rank of its field: the lowest counts.
    correlation: Option<(usize, CorrelationId)>,
}

impl<'a> Found<'a> {
    fn traceparent(&mut self, value: &'a str) {
        self.traceparent = Some(self.traceparent.map_or((value, false), |(first, _)| (first, true)));
    }

    fn correlation(&mut self, rank: usize, value: &'a str) {
        if self.correlation.as_ref().is_none_or(|(known, _)| rank < *known)
            && let Some(id) = CorrelationId::parse(value)
        {
            self.correlation = Some((rank, id));
        }
    }

    fn read(self) -> Remote {
        // Of two parents neither can be believed.
        let trace = match self.traceparent {
            Some((one, false)) => TraceContext::parse_traceparent(one.trim_matches([' ', '\t'])),
            _ => None,
        };
        Remote {
            trace,
            tracestate: trace.and_then(|_| tracestate::read(&self.tracestates)),
            baggage: if self.baggage.is_empty() {
                Baggage::empty()
            } else {
                Baggage::parse_all(self.baggage)
            },
            correlation_id: self.correlation.map(|(_, id)| id),
        }
    }
}

#[cfg(test)]
mod tests;
