//! One tree a request, whatever it goes by and however it is sent.

use crate::collector::{Collector, Kept, Reply};
use crate::program::{Program, To, report};
use crate::rotel::Rotel;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::HashMap;

/// The spans of an order and what each is below, as name and kind: 1 is internal, 2 a server's, 3 a client's.
/// Sorted.
const TREE: [(&str, &str); 10] = [
    ("POST /orders/{id} 2", "POST 3"),
    ("POST 3", ""),
    ("accept 1", "POST /orders/{id} 2"),
    ("price 1", "accept 1"),
    ("reserve 1", "accept 1"),
    ("ship 1", "shop.Shipping/Ship 2"),
    ("shop.Shipping/Ship 2", "shop.Shipping/Ship 3"),
    ("shop.Shipping/Ship 3", "work 1"),
    ("weigh 1", "accept 1"),
    ("work 1", "accept 1"),
];

/// Enough for what happens once in thousands of times.
const MANY: u64 = 10_000;
const FEW: u64 = 50;

/// Asserts that there are so many traces, each of which is a [`TREE`]: a span whose parent is missing is below
/// `orphan`. In each two events were logged, in their spans.
fn assert_trees(kept: &Kept, traces: u64) {
    let mut by_trace: HashMap<Vec<u8>, Vec<Span>> = HashMap::new();
    for (_, span) in kept.spans() {
        by_trace.entry(span.trace_id.clone()).or_default().push(span);
    }
    for spans in by_trace.values() {
        let word = |span: &Span| format!("{} {}", span.name, span.kind);
        let words: HashMap<&[u8], String> = spans.iter().map(|span| (&*span.span_id, word(span))).collect();
        let parent = |span: &Span| match span.parent_span_id.as_slice() {
            [] => String::new(),
            parent => words.get(parent).cloned().unwrap_or_else(|| "orphan".to_owned()),
        };
        let mut tree: Vec<_> = spans.iter().map(|span| (word(span), parent(span))).collect();
        tree.sort();
        let expected = TREE.map(|(name, parent)| (name.to_owned(), parent.to_owned()));
        assert_eq!(tree, expected);
    }
    assert_eq!(by_trace.len() as u64, traces);
    let mut logged: HashMap<(String, &str), u64> = HashMap::new();
    for (_, record) in kept.records() {
        let written = by_trace[&record.trace_id].iter().find(|span| span.span_id == record.span_id);
        let span = written.map_or("no span", |span| span.name.as_str());
        *logged.entry((record.event_name, span)).or_default() += 1;
    }
    // The first is written in a task, and its span has it too.
    let expected = [(("".to_owned(), "accept"), traces), (("order.shipped".to_owned(), "ship"), traces)];
    assert_eq!(logged, HashMap::from(expected));
    for span in by_trace.values().flatten() {
        let event = match span.name.as_str() {
            "accept" => &["noted"][..],
            "ship" => &["shipped"],
            _ => &[],
        };
        assert!(span.events.iter().map(|event| event.name.as_str()).eq(event.iter().copied()), "{span:?}");
    }
    let mut services: Vec<String> =
        kept.resources().iter().flat_map(|it| &it.attributes).map(|it| format!("{it:?}")).collect();
    services.retain(|attribute| attribute.contains("service.name"));
    for service in ["shop", "shipping"] {
        assert!(services.iter().any(|it| it.contains(&format!("\"{service}\""))), "{services:?}");
    }
}

/// Runs both processes until so many orders are done, and returns their reports.
fn order(to: To<'_>, orders: u64) -> [String; 2] {
    let mut shipping = Program::shipping(to);
    let mut shop = Program::shop(to, shipping.address(), orders);
    shop.says("placed");
    [shop.end(), shipping.end()]
}

/// What the reports have to say: eight spans of each order are the shop's, two are those of who ships, and each
/// logs an event.
fn reports(orders: u64) -> [String; 2] {
    let orders = usize::try_from(orders).expect("not so many");
    [report(8 * orders, orders), report(2 * orders, orders)]
}

#[test]
fn no_span_of_many_is_an_orphan() {
    let collector = Collector::grpc(|_| Reply::Take);
    assert_eq!(order(To("grpc", &collector.url()), MANY), reports(MANY));
    assert_trees(&collector.kept(), MANY);
}

#[test]
fn a_tree_is_the_same_over_http() {
    for protocol in ["http/protobuf", "http/json"] {
        let collector = Collector::http(|_| Reply::Take);
        assert_eq!(order(To(protocol, &collector.url()), FEW), reports(FEW));
        assert_trees(&collector.kept(), FEW);
    }
}

#[test]
fn a_tree_is_the_same_through_a_real_collector() {
    let receiver = Collector::grpc(|_| Reply::Take);
    for (nth, protocol) in (1..).zip(["grpc", "http/protobuf", "http/json"]) {
        let agent = Rotel::start(&receiver.url());
        let address = if protocol == "grpc" { agent.grpc() } else { agent.http() };
        assert_eq!(order(To(protocol, &address), FEW), reports(FEW), "{protocol}");
        receiver.wait_until(|kept, _| {
            let there = (kept.spans().len() as u64, kept.records().len() as u64);
            there == (nth * FEW * TREE.len() as u64, nth * FEW * 2)
        });
        assert_trees(&receiver.kept(), nth * FEW);
    }
}
