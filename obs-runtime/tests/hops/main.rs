//! One trace from a client through everything that a request goes by: HTTP, tasks, threads, a channel, gRPC.

#![cfg(not(feature = "off"))]

#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod shop;

use obs_runtime::testing::{Captured, Span, capture_future};
use obs_runtime::{Baggage, Context, ContextExt, TraceContext, spawn};
use std::collections::HashMap;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const TRACES: u64 = 100;

/// The shop, and who ships for it.
async fn start() -> SocketAddr {
    shop::shop(shop::shipping().await).await
}

/// The only span of that name below that one.
#[track_caller]
fn below<'a>(spans: &[&'a Span], parent: u64, name: &str) -> &'a Span {
    let mut found = spans.iter().filter(|span| span.parent_id == parent && span.name == name);
    match (found.next(), found.next()) {
        (Some(span), None) => span,
        (found, _) => panic!("expected {name:?} once below {parent:x}, found {found:?} in {spans:#?}"),
    }
}

fn traces(captured: &Captured) -> HashMap<u128, Vec<&Span>> {
    let mut traces: HashMap<u128, Vec<&Span>> = HashMap::new();
    captured.all_spans().iter().for_each(|span| traces.entry(span.trace_id).or_default().push(span));
    traces
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hop_is_in_the_trace_of_its_caller() {
    let remote = |n: u64| TraceContext { trace_id: u128::from(n) + 1, span_id: 7, sampled: true };
    let (_, captured) = capture_future(async {
        let address = start().await;
        let orders: Vec<_> = (0..TRACES)
            .map(|n| {
                let context = Context::current().with_baggage(Baggage::empty().with("order", &n.to_string()));
                spawn(remote(n).in_future(shop::order(shop::orders(), address, n)).in_context(context))
            })
            .collect();
        for order in orders {
            order.await.expect("no panic").expect("an answer");
        }
    })
    .await;

    let traces = traces(&captured);
    for n in 0..TRACES {
        let spans = &traces[&remote(n).trace_id];
        let sent = below(spans, 7, "POST");
        let received = below(spans, sent.span_id, "POST /orders/{id}");
        let accepted = below(spans, received.span_id, "accept");
        for name in ["reserve", "price", "weigh"] {
            below(spans, accepted.span_id, name);
        }
        let worked = below(spans, accepted.span_id, "work");
        let called = below(spans, worked.span_id, "shop.Shipping/Ship");
        let answered = below(spans, called.span_id, "shop.Shipping/Ship");
        below(spans, answered.span_id, "ship");
        assert_eq!(spans.len(), 10, "and no others: {spans:#?}");
        for span in spans {
            span.assert_ok();
        }
    }
    assert_eq!(traces.len() as u64, TRACES);
}

#[tokio::test]
async fn an_id_that_comes_with_a_request_goes_back_with_the_answer() {
    // As curl sends it, on a connection of its own.
    let shop = start().await;
    let mut stream = TcpStream::connect(shop).await.expect("a connection");
    let request = "POST /orders/7 HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nContent-Length: 0\r\n\
                   traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
                   baggage: order=7\r\nX-Correlation-Id: ticket-7\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("a connection");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("\r\nx-correlation-id: ticket-7\r\n"), "{answer}");
    assert!(answer.ends_with("shipped 7 of ticket-7"), "{answer}");
}
