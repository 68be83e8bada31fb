//! Both processes of the shop, a collector, and a real Prometheus: what one order leaves behind in each, and what the
//! generated dashboards make of it.
//!
//! Needs `prometheus` and `promtool` on the path (Debian: `apt-get install prometheus`).
#![cfg(all(unix, not(feature = "off")))]

mod collector;
mod customer;
mod program;

use collector::Collector;
use customer::Customer;
use obs_peers::{
    Dashboard, PATIENCE, Prometheus, all_answered, answered, promtool, recorded, rules_are_well, until,
};
use program::Program;
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;
use tokio::time::timeout;

/// For everything together. A machine with nothing else to do needs half a minute.
const LIMIT: Duration = Duration::from_secs(150);

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/rules/shop.yml");
const DASHBOARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/dashboards");

/// The trace that the customer is in, and the span there.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

#[tokio::test(flavor = "multi_thread")]
async fn one_order_is_the_same_in_every_place() {
    let collector = Collector::start().await;
    let shipping = Program::start("shipping", &[], collector.address);
    let orders =
        Program::start("orders", &["--shipping", &format!("http://{}", shipping.address)], collector.address);
    let rules = fs::read_to_string(RULES).expect("the rules").replace("interval: \"1m\"", "interval: \"1s\"");
    let targets = [orders.metrics.as_str(), shipping.metrics.as_str()];
    let prometheus = Prometheus::start("shop", ("shop", &targets), &rules, None);

    let checks = async {
        promtool(&["check", "rules", RULES], "");
        curl(&orders, &shipping, &collector, &prometheus).await;
        dashboards(&orders, &prometheus).await;
    };
    assert!(timeout(LIMIT, checks).await.is_ok(), "not done after {LIMIT:?}");
    drop(prometheus);
    for program in [orders, shipping] {
        let words = program.stop();
        assert!(words.contains("and none was lost"), "{words}");
    }
}

/// What `curl` with a `traceparent` and a correlation id gets back, and what it leaves behind.
async fn curl(orders: &Program, shipping: &Program, collector: &Collector, prometheus: &Prometheus) {
    let headers = format!("traceparent: 00-{TRACE}-{PARENT}-01\r\nX-Correlation-Id: ticket-7\r\n");
    let order = r#"{"channel":"web","item":"moka","pieces":2,"address":"the harbour"}"#;
    let answer = Customer::new(orders.address).send("POST", "/orders", &headers, order).await;
    assert!(answer.starts_with("HTTP/1.1 202 Accepted\r\n"), "{answer}");
    assert!(answer.contains("\r\nx-correlation-id: ticket-7\r\n"), "{answer}");

    // The request, the call, the worker's, the gRPC call from both sides, and the calls below: one tree.
    const NAMES: [&str; 8] = [
        "POST /orders",
        "Shelf::mark",
        "Shelf::take",
        "choose",
        "dispatch",
        "place_order",
        "shop.Shipping/Ship",
        "shop.Shipping/Ship",
    ];
    let names = || {
        let spans = collector.trace(TRACE);
        let mut names: Vec<String> =
            spans.iter().map(|span| span["name"].as_str().unwrap_or_default().to_owned()).collect();
        names.sort();
        names
    };
    until("the trace has arrived", PATIENCE, async || names() == NAMES).await;
    let spans = collector.trace(TRACE);
    let ids: BTreeSet<&str> =
        spans.iter().filter_map(|span| span["spanId"].as_str()).chain([PARENT]).collect();
    for span in &spans {
        assert!(
            span["parentSpanId"].as_str().is_some_and(|parent| ids.contains(parent)),
            "an orphan: {span}"
        );
    }

    for (program, message) in [(orders, "order taken"), (orders, "shipped"), (shipping, "on its way")] {
        until(&format!("{message:?} is in a log"), PATIENCE, async || {
            let mut lines = program.log().into_iter();
            lines.any(|line| {
                line["message"] == message
                    && line["trace_id"] == TRACE
                    && line["correlation_id"] == "ticket-7"
            })
        })
        .await;
    }

    for series in [
        "http_server_request_duration_seconds_bucket{http_route=\"/orders\"}",
        "rpc_server_call_duration_seconds_bucket",
        "rpc_client_call_duration_seconds_bucket",
        "function_calls_duration_seconds_bucket{function=\"place_order\"}",
        "function_calls_duration_seconds_bucket{function=\"choose\"}",
    ] {
        until(&format!("the trace is an exemplar of {series}"), PATIENCE, async || {
            prometheus.exemplars(series).await.contains(TRACE)
        })
        .await;
    }
}

/// Every query of every dashboard, while customers come and go.
async fn dashboards(orders: &Program, prometheus: &Prometheus) {
    let customers = tokio::spawn(customer::come_and_go(orders.address));
    rules_are_well(prometheus).await;
    answered("recorded series", &recorded(RULES), prometheus).await;
    let dashboards = Dashboard::all(DASHBOARDS);
    let boards = ["errors", "metrics", "objectives", "overview", "red", "requests", "use"];
    assert_eq!(dashboards.keys().cloned().collect::<Vec<_>>(), boards.map(|board| format!("shop-{board}")));
    let asked = all_answered(&dashboards, "shop", prometheus).await;
    assert!(asked > 100, "only {asked} queries");
    customers.abort();
}
