//! HTTP's headers.

use super::{BAGGAGE, CORRELATION, Found, Remote, TRACEPARENT, TRACESTATE, inject};
use crate::carry::Context;
use http::header::{HeaderMap, HeaderName, HeaderValue};

/// As [`extract`](super::extract), from the headers of a request.
///
/// ```
/// use obs_runtime::propagate;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("x-request-id", "order-7".parse()?);
/// let remote = propagate::extract_headers(&headers);
/// assert_eq!(remote.trace, None);
/// assert_eq!(remote.correlation_id.map(|id| id.to_string()), Some("order-7".to_owned()));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
pub fn extract_headers(headers: &HeaderMap) -> Remote {
    extract_known(headers, &CORRELATION.map(HeaderName::from_static), |_, _| ()).0
}

/// The same with other headers for the correlation id; also says which of them it was in. `other` is told of all
/// other headers, in one look through them: there are fewer of them than questions that a request is asked.
pub(crate) fn extract_known<'a>(
    headers: &'a HeaderMap,
    correlation: &[HeaderName],
    mut other: impl FnMut(&'a HeaderName, &'a HeaderValue),
) -> (Remote, Option<usize>) {
    let mut found = Found::default();
    for (name, value) in headers {
        match name.as_str() {
            TRACEPARENT => found.traceparent(text(value)),
            TRACESTATE => found.tracestates.push(text(value)),
            BAGGAGE => found.baggage.push(text(value)),
            _ => other(name, value),
        }
        if let Some(rank) = correlation.iter().position(|known| known == name) {
            found.correlation(rank, text(value));
        }
    }
    let rank = found.correlation.as_ref().map(|(rank, _)| *rank);
    (found.read(), rank)
}

/// As [`inject`], into the headers of a request, instead of fields of the same names. A `tracestate` that is there
/// goes with the `traceparent` that it was said of.
///
/// ```
/// use obs_runtime::{Baggage, Context, propagate};
///
/// let mut headers = http::HeaderMap::new();
/// let context = Context::current().with_baggage(Baggage::parse("tenant=acme"));
/// propagate::inject_headers(&context, &mut headers);
/// assert_eq!(headers["baggage"], "tenant=acme");
/// ```
pub fn inject_headers(context: &Context, headers: &mut HeaderMap) {
    if context.trace().is_some() {
        headers.remove(TRACESTATE);
    }
    inject(context, |name, value| {
        if let Some(value) = header(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    });
}

/// As a header's value. All of ours are printable ASCII, so there always is one.
pub(crate) fn header(value: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(value).ok()
}

/// What is no text is malformed, as an empty value is.
fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("")
}
