//! With feature `off`, layers measure nothing and carry the context all the same.

use http::{Request, Response};
use obs_runtime::tower::{ClientLayer, ServerLayer};
use obs_runtime::{Baggage, TraceContext, correlation_id};
use std::convert::Infallible;
use std::task::{Context, Poll, Waker};
use tower::{Layer, Service, service_fn};

#[test]
fn a_proxy_that_measures_nothing_hands_everything_on() {
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let outer = service_fn(async |_: Request<()>| {
        assert_eq!(TraceContext::current(), TraceContext::parse_traceparent(parent));
        assert_eq!(Baggage::current().get("tenant"), Some("acme"));
        assert_eq!(correlation_id().map(|id| id.to_string()).as_deref(), Some("order-7"));
        let inner = service_fn(async |request: Request<()>| {
            for (name, value) in
                [("traceparent", parent), ("baggage", "tenant=acme"), ("x-correlation-id", "order-7")]
            {
                assert_eq!(request.headers()[name], value);
            }
            Ok::<_, Infallible>(Response::new(String::from("hello")))
        });
        let request = Request::get("http://inventory/").body(()).expect("a request");
        ClientLayer::new().layer(inner).call(request).await
    });
    let request = Request::get("/")
        .header("traceparent", parent)
        .header("baggage", "tenant=acme")
        .header("x-request-id", "order-7")
        .body(());
    let mut server = ServerLayer::new().layer(outer);
    let answer = std::pin::pin!(server.call(request.expect("a request")));
    let Poll::Ready(Ok(answer)) = answer.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it is ready at once");
    };
    assert_eq!(answer.headers()["x-request-id"], "order-7");
    drop(answer);
    let snapshot = obs_runtime::snapshot();
    assert!(!snapshot.families.iter().any(|family| family.name.starts_with("http_")), "{snapshot:?}");
}
