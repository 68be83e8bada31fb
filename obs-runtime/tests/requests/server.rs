//! Requests that come in.

use super::*;
use obs_runtime::testing::{FieldValue, capture};
use obs_runtime::tower::{ObservedBody, Route, ServerLayer};
use obs_runtime::{Baggage, TraceContext, correlation_id, observe};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[observe]
fn inside() {}

#[test]
fn a_request_is_answered_in_its_context() {
    let headers = [
        ("traceparent", PARENT),
        ("baggage", "tenant=acme"),
        ("x-request-id", "order-7"),
        ("host", "shop.example:8080"),
        ("user-agent", "test/1"),
    ];
    let layer = ServerLayer::new().prefix("context").record_path().record_user_agent();
    let mut incoming = request("POST", "/orders/7?secret=1", &headers);
    incoming.extensions_mut().insert(Route::new("/orders/{id}"));
    let (response, captured) = capture(|| {
        let response = send(&layer, incoming, |_| {
            inside();
            assert_eq!(Baggage::current().get("tenant"), Some("acme"));
            assert_eq!(correlation_id().unwrap().as_str(), "order-7");
            ready(Ok::<_, Infallible>(Response::new(Frames::of(&["hello, ", "world"]))))
        });
        let response = response.unwrap();
        assert!(Baggage::current().is_empty() && correlation_id().is_none());
        let (head, body) = response.into_parts();
        assert_eq!(read(body).len(), 2);
        head
    });
    assert_eq!(response.headers["x-request-id"], "order-7", "in the header that it came in");
    let remote = TraceContext::parse_traceparent(PARENT).unwrap();
    let span = captured.span("POST /orders/{id}");
    assert_eq!((span.trace_id, span.parent_id), (remote.trace_id, remote.span_id));
    span.assert_ok().assert_parent_of(captured.span("inside"));
    let mut fields: Vec<_> = span.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "correlation.id=\"order-7\"",
            "http.request.method=\"POST\"",
            "http.response.status_code=200",
            "http.route=\"/orders/{id}\"",
            "network.protocol.version=\"1.1\"",
            "server.address=\"shop.example\"",
            "server.port=8080",
            "url.path=\"/orders/7\"",
            "url.scheme=\"http\"",
            "user_agent.original=\"test/1\"",
        ]
    );
    let labels = labels("context_http_server_request_duration_seconds");
    assert_eq!(
        labels,
        ["http_request_method=\"POST\",http_route=\"/orders/{id}\",http_response_status_code=\"200\",\
          url_scheme=\"http\",network_protocol_version=\"1.1\""]
    );
    assert_eq!(sum("context_http_server_response_body_size_bytes"), 12.0);
    let snapshot = obs_runtime::snapshot();
    let family = snapshot.family("context_http_server_request_duration_seconds").expect("a family");
    let Value::Histogram(durations) = &family.series[0].value else { panic!("{family:?}") };
    let exemplar = &durations.exemplars[0].1;
    assert_eq!(
        (exemplar.trace_id, exemplar.span_id),
        (span.trace_id, span.span_id),
        "an example of a slow one"
    );
}

#[test]
fn who_brings_no_context_is_given_one() {
    let layer = ServerLayer::new().prefix("fresh");
    let inside = |request| {
        let mut seen = None;
        let (response, captured) = capture(|| {
            let response = send(&layer, request, |_| {
                seen = TraceContext::current();
                answer(200, Frames::default())(Request::new(()))
            });
            // Dropped before anybody asked for its body.
            response.unwrap().into_parts().0
        });
        (seen.unwrap(), response.headers["x-correlation-id"].to_str().unwrap().to_owned(), captured)
    };
    let (trace, id, captured) = inside(request("GET", "/", &[("traceparent", "nonsense")]));
    assert_eq!(id, format!("{:032x}", trace.trace_id), "one leads to the other");
    assert_eq!((captured.span("GET").parent_id, captured.span("GET").result), (0, "cancelled"));
    assert!(
        captured.span("GET").field("url.path").is_none()
            && captured.span("GET").field("http.route").is_none()
    );

    let layer_ = ServerLayer::new().prefix("fresh").without_remote();
    let headers = [("traceparent", PARENT), ("x-correlation-id", "mine"), ("baggage", "a=1")];
    let response = send(&layer_, request("GET", "/", &headers), |_| {
        assert!(Baggage::current().is_empty());
        assert_ne!(TraceContext::current(), TraceContext::parse_traceparent(PARENT));
        ready(Ok::<_, Infallible>(Response::new(Frames::default())))
    });
    assert_ne!(response.unwrap().headers()["x-correlation-id"], "mine");
}

#[test]
fn a_context_is_carried_where_nobody_records() {
    let layer = ServerLayer::new().prefix("carried");
    let headers = [("traceparent", PARENT), ("x-correlation-id", "mine")];
    let response = send(&layer, request("GET", "/", &headers), |_| {
        assert_eq!(TraceContext::current().unwrap().trace_id, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!(correlation_id().unwrap().as_str(), "mine");
        ready(Ok::<_, Infallible>(Response::new(Frames::default())))
    });
    assert_eq!(response.unwrap().headers()["x-correlation-id"], "mine");
    assert_eq!(TraceContext::current(), None);
}

#[test]
fn labels_are_bounded() {
    let layer = ServerLayer::new().prefix("bounded").scheme("https");
    let all = |n: u32| {
        let response = send(&layer, request("BREW", &format!("/pots/{n}"), &[]), |_| {
            let mut response = Response::new(Frames::default());
            response.extensions_mut().insert(Route::new(format!("/pots/{n}")));
            ready(Ok::<_, Infallible>(response))
        });
        read(response.unwrap().into_body());
    };
    (0..300).for_each(all);
    let family = "bounded_http_server_request_duration_seconds";
    let labels = labels(family);
    assert_eq!(labels.len(), 201);
    assert!(labels.iter().all(|labels| labels.contains("method=\"_OTHER\"") && labels.contains("\"https\"")));
    assert_eq!(count(family, &[("http_route", "_other")]), 100);
    let overflow = [("item", family), ("label", "http_route")];
    assert_eq!(count("obs_label_overflow_total", &overflow), 100);

    // Without a template there is no path in its place.
    read(send(&layer, request("GET", "/pots/1", &[]), answer(404, Frames::default())).unwrap().into_body());
    assert_eq!(count(family, &[("http_route", "_unmatched"), ("http_response_status_code", "404")]), 1);
}

#[test]
fn only_5xx_is_an_error() {
    let layer = ServerLayer::new().prefix("statuses");
    let family = "statuses_http_server_request_duration_seconds";
    for (status, error) in [(204, ""), (302, ""), (404, ""), (500, "500"), (503, "503"), (799, "")] {
        let (_, captured) = capture(|| {
            let response = send(&layer, request("GET", "/", &[]), answer(status, Frames::default()));
            read(response.unwrap().into_body())
        });
        let span = captured.span("GET");
        assert_eq!(span.error_type.unwrap_or_default(), if status == 799 { "_OTHER" } else { error });
        assert_eq!(span.field("http.response.status_code"), Some(&FieldValue::Integer(status.into())));
        let text = if status == 799 { "_OTHER".to_owned() } else { status.to_string() };
        assert_eq!(count(family, &[("http_response_status_code", &text)]), 1);
    }
    assert_eq!(count(family, &[("error_type", "503")]), 1);
}

#[test]
fn an_end_without_an_answer_is_counted_and_nothing_stays_in_flight() {
    let layer = ServerLayer::new().prefix("abandoned");
    let family = "abandoned_http_server_request_duration_seconds";
    let flying = || count("abandoned_http_server_active_requests", &[("http_request_method", "GET")]);

    // Cancelled before there is an answer.
    let (_, captured) = capture(|| {
        let mut service = layer.layer(Does(|_| async {
            inside();
            pending::<Answer>().await
        }));
        let mut future = Box::pin(service.call(request("GET", "/", &[])));
        assert!(future.as_mut().poll(&mut cx()).is_pending());
        assert_eq!(flying(), 1);
        drop(future);
    });
    assert_eq!(captured.span("GET").error_type, Some("cancelled"));
    captured.span("GET").assert_parent_of(captured.span("inside"));
    assert_eq!((flying(), count(family, &[("error_type", "cancelled")])), (0, 1));

    // A panic while it is polled, and one while it is called.
    let panics = |service: &mut dyn FnMut()| assert!(catch_unwind(AssertUnwindSafe(service)).is_err());
    let (_, captured) = capture(|| {
        panics(&mut || {
            let _ =
                send(&layer, request("GET", "/", &[]), |_| poll_fn(|_| -> Poll<Answer> { panic!("polled") }));
        });
        panics(&mut || {
            let _ = send(&layer, request("GET", "/", &[]), |_| -> Ready<Answer> { panic!("called") });
        });
    });
    assert!(captured.spans("GET").all(|span| span.result == "panic") && captured.spans("GET").count() == 2);
    assert_eq!((flying(), count(family, &[("error_type", "panic")])), (0, 2));

    // The service fails.
    let failed = send(&layer, request("GET", "/", &[]), |_| ready(Err::<Response<Frames>, _>("no")));
    assert_eq!(failed.err(), Some("no"));
    assert_eq!((flying(), count(family, &[("error_type", "_OTHER")])), (0, 1));
}

#[test]
fn a_request_lasts_until_its_answer_was_sent() {
    let layer = ServerLayer::new().prefix("bodies");
    let family = "bodies_http_server_request_duration_seconds";
    let flying = || count("bodies_http_server_active_requests", &[("http_request_method", "GET")]);
    let start = |body| send(&layer, request("GET", "/", &[]), answer(200, body)).unwrap().into_body();
    let next = |body: &mut ObservedBody<Frames>| match Pin::new(body).poll_frame(&mut cx()) {
        Poll::Ready(Some(frame)) => frame.is_ok(),
        Poll::Ready(None) | Poll::Pending => false,
    };

    let mut body = start(Frames::of(&["a", "b"]));
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(next(&mut body) && next(&mut body) && flying() == 1);
    assert!(!next(&mut body) && flying() == 0, "its end is the end");
    assert!(sum(family) >= 0.02, "a stream is in the duration");
    assert!(!next(&mut body), "and nothing is counted again");
    assert_eq!(count(family, &[]), 1);

    // The client goes away.
    let mut body = start(Frames { open: true, ..Frames::of(&["a"]) });
    assert!(next(&mut body) && !next(&mut body) && flying() == 1);
    drop(body);
    let cancelled = [("error_type", "cancelled"), ("http_response_status_code", "200")];
    assert_eq!((flying(), count(family, &cancelled)), (0, 1));

    // The body fails.
    let mut body = start(Frames::of(&["a"]).then(Err(io::Error::other("broken"))));
    assert!(next(&mut body) && !next(&mut body));
    assert_eq!((flying(), count(family, &[("error_type", "_OTHER")])), (0, 1));
}

#[test]
fn an_answer_that_says_how_long_it_is_ends_with_its_last_byte() {
    let layer = ServerLayer::new().prefix("lengths");
    let family = "lengths_http_server_request_duration_seconds";
    let with_length = |method: &str, status: u16| {
        let response = send(&layer, request(method, "/", &[("content-length", "3")]), |_| {
            let response = Response::builder().status(status).header("content-length", "2");
            ready(Ok::<_, Infallible>(response.body(Frames::of(&["ab"])).unwrap()))
        });
        response.unwrap().into_body()
    };
    let mut body = with_length("GET", 200);
    assert!(matches!(Pin::new(&mut body).poll_frame(&mut cx()), Poll::Ready(Some(Ok(_)))));
    drop(body); // As a server does that has sent everything.
    // These have no body, whatever the header says: nobody asks for it.
    drop((with_length("HEAD", 200), with_length("GET", 304)));
    for (method, status) in [("GET", "200"), ("HEAD", "200"), ("GET", "304")] {
        let labels = [("http_request_method", method), ("http_response_status_code", status)];
        assert_eq!(count(family, &labels), 1, "{method} {status}");
    }
    assert!(labels(family).iter().all(|labels| !labels.contains("error_type")), "{:?}", labels(family));
    assert_eq!(sum("lengths_http_server_request_body_size_bytes"), 9.0);
    assert_eq!(sum("lengths_http_server_response_body_size_bytes"), 2.0);
}

#[test]
fn names_from_before_the_conventions() {
    let layer = ServerLayer::new().prefix("my-shop").classic_names();
    read(send(&layer, request("GET", "/", &[]), answer(200, Frames::default())).unwrap().into_body());
    let labels = [("method", "GET"), ("route", "_unmatched"), ("status", "200")];
    assert_eq!(count("my_shop_http_requests_total", &labels), 1);
    assert_eq!(count("my_shop_http_request_duration_seconds", &labels), 1);
    assert_eq!(count("my_shop_http_requests_in_flight", &[("method", "GET")]), 0);
}

#[test]
fn another_header_for_the_correlation_id() {
    let name = http::HeaderName::from_static("x-ticket");
    let layer = ServerLayer::new().prefix("ticket").correlation_header(name);
    let headers = [("x-ticket", "t-1"), ("x-correlation-id", "ignored")];
    let response = send(&layer, request("GET", "/", &headers), answer(200, Frames::default())).unwrap();
    assert_eq!(response.headers()["x-ticket"], "t-1");
    assert!(!response.headers().contains_key("x-correlation-id"));
    // What a log could not hold is not handed on.
    let headers = [("x-ticket", "a b")];
    let response = send(&layer, request("GET", "/", &headers), answer(200, Frames::default())).unwrap();
    assert_eq!(response.headers()["x-ticket"].len(), 32);
}

#[test]
fn labels_that_are_kept_and_named_and_series_that_then_look_alike() {
    use obs_runtime::tower::RequestLabel::{Call, Method, Route, Status};
    let layer = ServerLayer::new()
        .prefix("akidb")
        .classic_names()
        .labels([(Method, "method"), (Route, "path"), (Call, "method"), (Status, "status_code")])
        .duration_labels([Method, Route, Call])
        .buckets([0.5, 0.001, 60.0]);
    for status in [200, 200, 404, 500] {
        read(send(&layer, request("GET", "/", &[]), answer(status, Frames::default())).unwrap().into_body());
    }
    // Nobody waits for the rest of this answer, which its status does not say.
    let gone = send(&layer, request("GET", "/", &[]), answer(200, Frames::default())).unwrap();
    drop(gone);
    let total = "akidb_http_requests_total";
    for (status, requests) in [("200", 3), ("404", 1), ("500", 1)] {
        let known = [("method", "GET"), ("path", "_unmatched"), ("status_code", status)];
        assert_eq!(count(total, &known), requests, "{status}: {:?}", labels(total));
    }
    let duration = "akidb_http_request_duration_seconds";
    assert_eq!(labels(duration), ["method=\"GET\",path=\"_unmatched\""]);
    assert_eq!(count(duration, &[("method", "GET"), ("path", "_unmatched")]), 5);
    let snapshot = obs_runtime::snapshot();
    let Some(Value::Histogram(durations)) =
        snapshot.family(duration).map(|family| family.series[0].value.clone())
    else {
        panic!("durations are a histogram")
    };
    assert_eq!(durations.bounds.le().collect::<Vec<_>>(), ["0.001", "0.5", "60.0", "+Inf"]);
    // Another layer of that name counts together with it.
    let other =
        ServerLayer::new().prefix("akidb").classic_names().labels([(Call, "method"), (Status, "status")]);
    let flying = send(&other, request("GET", "/", &[]), answer(200, Frames::default())).unwrap();
    let flies = "akidb_http_requests_in_flight";
    assert_eq!(labels(flies), ["method=\"GET\",scheme=\"http\""]);
    assert_eq!(count(flies, &[("method", "GET")]), 1);
    drop(flying);
    assert_eq!(count(flies, &[("method", "GET")]), 0);
    // What it says of itself is what a build script says of it.
    let told = obs_runtime::catalogue().requests.into_iter().find(|told| told.prefix == "akidb_").unwrap();
    assert_eq!(
        told.labels().into_iter().map(|(_, name)| name).collect::<Vec<_>>(),
        ["method", "path", "status_code"]
    );
}

#[test]
fn a_panic_is_a_status_where_no_other_label_can_say_so() {
    use obs_runtime::tower::RequestLabel::{Route, Status};
    let layer =
        ServerLayer::new().prefix("bare").classic_names().labels([(Route, "path"), (Status, "status")]);
    let panics = catch_unwind(AssertUnwindSafe(|| {
        send(&layer, request("GET", "/", &[]), |_: Request<()>| -> Ready<Answer> { panic!("by design") })
    }));
    assert!(panics.is_err());
    assert_eq!(count("bare_http_requests_total", &[("path", "_unmatched"), ("status", "panic")]), 1);
}
