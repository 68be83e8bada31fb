//! Requests that go out.

use super::*;
use obs_runtime::testing::capture;
use obs_runtime::tower::ClientLayer;
use obs_runtime::{Baggage, Context, CorrelationId, TraceContext, observe, propagate};

#[test]
fn a_request_takes_the_context_along() {
    #[observe]
    fn order(layer: &ClientLayer) -> propagate::Remote {
        let mut sent = None;
        let response = send(layer, request("GET", "https://Inventory.example/items/7", &[]), |request| {
            sent = Some(propagate::extract_headers(request.headers()));
            answer(200, Frames::of(&["a"]))(request)
        });
        read(response.unwrap().into_body());
        sent.expect("a request")
    }

    let context = Context::current()
        .with_baggage(Baggage::parse("tenant=acme"))
        .with_correlation_id(CorrelationId::parse("order-7").unwrap());
    let layer = ClientLayer::new().prefix("along").record_path();
    let (sent, captured) = capture(|| context.run(|| order(&layer)));
    assert_eq!(sent.baggage.get("tenant"), Some("acme"));
    assert_eq!(sent.correlation_id.unwrap().as_str(), "order-7");
    let span = captured.span("GET");
    captured.span("order").assert_parent_of(span);
    let trace = sent.trace.expect("a trace");
    assert_eq!(
        (trace.trace_id, trace.span_id),
        (span.trace_id, span.span_id),
        "the server is below the request"
    );
    span.assert_ok().assert_field("server.address", "inventory.example").assert_field("url.path", "/items/7");
    let labels = [("server_address", "inventory.example"), ("server_port", "443")];
    assert_eq!(count("along_http_client_request_duration_seconds", &labels), 1);

    // To services of other people.
    let (sent, _) = capture(|| context.run(|| order(&ClientLayer::new().prefix("along").without_baggage())));
    assert!(sent.baggage.is_empty() && sent.trace.is_some() && sent.correlation_id.is_some());
}

/// A proxy passes on the request that it was sent, headers and all.
#[test]
fn what_a_request_came_with_does_not_go_on_beside_ours() {
    let came = [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("tracestate", "a=1"),
        ("baggage", "tenant=acme"),
    ];
    let layer = ClientLayer::new().prefix("proxy").without_baggage();
    let (sent, captured) = capture(|| {
        let mut sent = None;
        let _ = send(&layer, request("GET", "http://a/", &came), |request| {
            sent = Some(request.headers().clone());
            answer(200, Frames::default())(request)
        });
        sent.expect("a request")
    });
    let trace = propagate::extract_headers(&sent).trace.expect("ours");
    assert_eq!(trace.trace_id, captured.span("GET").trace_id);
    assert!(!sent.contains_key("tracestate"), "it was said of the trace that the request came with");
    assert!(!sent.contains_key("baggage"), "it is nobody's business there");
}

#[test]
fn a_remote_trace_is_handed_on_where_nobody_records() {
    let fields =
        [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("tracestate", "a=1")];
    let remote = propagate::extract(fields);
    let layer =
        ClientLayer::new().prefix("handed").correlation_header(http::HeaderName::from_static("x-ticket"));
    let context = remote.clone().into_context().with_correlation_id(CorrelationId::parse("t").unwrap());
    let given = request("GET", "http://a/", &[("x-ticket", "given"), ("traceparent", "stale")]);
    let _ = context.run(|| {
        send(&layer, given, |request| {
            assert_eq!(propagate::extract_headers(request.headers()), remote);
            assert_eq!(request.headers()["x-ticket"], "given", "whoever made the request has given it an id");
            answer(200, Frames::default())(request)
        })
    });
    assert_eq!(TraceContext::current(), None);
}

#[test]
fn what_a_client_calls_an_error() {
    let layer = ClientLayer::new().prefix("outcomes");
    let family = "outcomes_http_client_request_duration_seconds";
    let (_, captured) = capture(|| {
        for status in [200, 404, 500] {
            // Most clients look at the status and drop the rest.
            drop(send(&layer, request("GET", "http://a:81/", &[]), answer(status, Frames::of(&["a"]))));
        }
        let refused =
            send(&layer, request("GET", "http://b/", &[]), |_| ready(Err::<Response<Frames>, _>("refused")));
        assert_eq!(refused.err(), Some("refused"));
    });
    let errors: Vec<_> = captured.spans("GET").map(|span| span.error_type).collect();
    assert_eq!(errors, [None, Some("404"), Some("500"), Some("_OTHER")]);
    assert_eq!(count(family, &[("error_type", "404"), ("server_port", "81")]), 1);
    assert_eq!(count(family, &[("error_type", "_OTHER"), ("server_address", "b")]), 1);
}

#[test]
fn hosts_are_bounded() {
    let layer = ClientLayer::new().prefix("crawler").classic_names();
    for n in 0..250 {
        drop(send(
            &layer,
            request("GET", &format!("http://h{n}:8{n}/"), &[]),
            answer(200, Frames::default()),
        ));
    }
    let family = "crawler_http_client_requests_total";
    assert_eq!(labels(family).len(), 201);
    assert_eq!(count(family, &[("server_address", "_other"), ("server_port", "_other")]), 50);
}
