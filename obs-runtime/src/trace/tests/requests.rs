//! Spans of requests.

use super::*;
use crate::clock;
use crate::private::SpanKind;
use crate::trace::record::Record;
use crate::trace::request::RequestSpan;
use std::borrow::Cow;

/// A request of that name.
fn request(name: &str, remote: Option<TraceContext>) -> TraceContext {
    let mut span = RequestSpan::server(remote, clock::now()).expect("there is a tracer");
    assert!(span.is_recorded());
    let inside = span.inside(here);
    assert_eq!(inside, span.context());
    assert_eq!(TraceContext::current(), None);
    span.end(SpanKind::Server, clock::now(), Ended::Ok, || {
        let attributes = vec![(Cow::Borrowed("http.route"), FieldValue::Text(name.to_owned()))];
        (name.to_owned(), attributes)
    });
    inside
}

#[test]
fn a_request_has_the_name_and_the_kind_that_it_ended_with() {
    let recording =
        Recording::start(Sampling::never().keep_errors().keep_slower_than("0ns"), Limits::default());
    let remote = TraceContext { trace_id: 7, span_id: 5, sampled: true };
    assert_eq!(request("GET /orders/{id}", Some(remote)).trace_id, 7);
    let mut traces = recording.tracer.inbox.take();
    let Record { parent, extra, .. } = traces.remove(0).records.remove(0);
    let extra = extra.expect("a description");
    assert_eq!(
        (parent, extra.name.as_deref(), extra.kind),
        (5, Some("GET /orders/{id}"), Some(SpanKind::Server))
    );
    assert_eq!(extra.fields.len(), 1);
}

#[test]
fn a_request_that_nobody_keeps_is_not_described() {
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    let described = |ended| {
        let span = RequestSpan::server(None, clock::now()).expect("there is a tracer");
        let mut described = false;
        span.end(SpanKind::Server, clock::now(), ended, || {
            described = true;
            ("GET /a".to_owned(), Vec::new())
        });
        described
    };
    assert!(!described(Ended::Ok));
    assert!(described(Ended::Panic));
    assert_eq!(recording.kept().len(), 1);
}

#[test]
fn a_route_has_a_rate_of_its_own() {
    let recording = Recording::start(Sampling::always().at_most_per_second(1), Limits::default());
    for _ in 0..5 {
        request("GET /a", None);
        request("GET /b", None);
    }
    // A second may have ended in between.
    let kept = recording.kept().len();
    assert!((2..=4).contains(&kept), "{kept}");
}
