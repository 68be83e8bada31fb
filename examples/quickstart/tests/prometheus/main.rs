//! A real Prometheus scrapes the service, loads its rules, and answers its dashboards; with a real Alertmanager
//! it calls whoever is on call.
//!
//! Needs `prometheus`, `promtool` and `prometheus-alertmanager` on the path (Debian: `apt-get install prometheus
//! prometheus-alertmanager`).
#![cfg(not(feature = "off"))]

mod alertmanager;
mod alerts;
mod faster;
mod program;
mod webhook;

use axum::http::StatusCode;
use obs_peers::{Dashboard, PATIENCE, Prometheus, data, labels, promtool, recorded, until};
use obs_runtime::TraceContext;
use program::Quickstart;
use quickstart::http::Client;
use quickstart::order::{Channel, NewOrder};
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;
use tokio::time::timeout;

/// For everything together. A machine with nothing else to do needs a few seconds.
const LIMIT: Duration = Duration::from_secs(60);

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/rules/quickstart.yml");
const DASHBOARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/dashboards");

/// The dashboards that every service gets.
const BOARDS: [&str; 6] = [
    "quickstart-errors",
    "quickstart-metrics",
    "quickstart-objectives",
    "quickstart-overview",
    "quickstart-red",
    "quickstart-use",
];

/// The trace whose id must come back as an exemplar.
const TRACE: TraceContext = TraceContext {
    trace_id: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
    span_id: 0x00f0_67aa_0ba9_02b7,
    sampled: true,
};

#[tokio::test]
async fn prometheus_answers_everything() {
    let quickstart = Quickstart::start();
    // The objectives' rules every second, as everything else here.
    let rules = fs::read_to_string(RULES).expect("the rules").replace("interval: \"1m\"", "interval: \"1s\"");
    let prometheus = Prometheus::start("answering", ("quickstart", &[&quickstart.metrics]), &rules, None);
    assert!(timeout(LIMIT, check(&quickstart, &prometheus)).await.is_ok(), "not done after {LIMIT:?}");
    drop(prometheus);
    quickstart.stop();
}

async fn check(quickstart: &Quickstart, prometheus: &Prometheus) {
    promtool(&["check", "rules", RULES], "");
    let (status, page) =
        Client::new().get(&format!("http://{}/metrics", quickstart.metrics)).await.expect("a page");
    assert_eq!(status, StatusCode::OK);
    let said = promtool(&["check", "metrics"], std::str::from_utf8(&page).expect("text"));
    assert_eq!(said, "", "promtool check metrics has something to say");

    until("the target is up", PATIENCE, async || {
        data(&prometheus.query("up{job=\"quickstart\"} == 1").await)
    })
    .await;
    until("the trace that was sent is an exemplar", PATIENCE, async || {
        order(quickstart).await;
        exemplars(prometheus).await.contains(&format!("{:032x}", TRACE.trace_id))
    })
    .await;
    until("every result has been counted", PATIENCE, async || {
        let by_result = prometheus.query("sum by (result) (function_calls_total) > 0").await;
        labels(&by_result, "result")
            == BTreeSet::from(["cancelled", "error", "ok", "panic"].map(str::to_owned))
    })
    .await;
    obs_peers::rules_are_well(prometheus).await;
    obs_peers::answered("recorded series", &recorded(RULES), prometheus).await;
    let dashboards = Dashboard::all(DASHBOARDS);
    assert_eq!(dashboards.keys().collect::<Vec<_>>(), BOARDS);
    let asked = obs_peers::all_answered(&dashboards, "quickstart", prometheus).await;
    assert!(asked > 100, "only {asked} queries");
}

/// Places an order inside of the trace, as a caller with a tracer does.
async fn order(quickstart: &Quickstart) {
    let order = NewOrder {
        customer: "ada".to_owned(),
        channel: Channel::Partner,
        item: "moka".to_owned(),
        pieces: 1,
        card: "good".to_owned(),
    };
    let http = Client::new();
    let answer = TRACE.in_future(http.post(&quickstart.orders, &order)).await;
    // On a busy machine the payment may have been too late; that order has an exemplar as well.
    answer.expect("an answer");
}

/// The trace ids that Prometheus has kept of the function that was called.
async fn exemplars(prometheus: &Prometheus) -> BTreeSet<String> {
    let of = "function_calls_duration_seconds_bucket{function=\"place_order\",channel=\"partner\"}";
    prometheus.exemplars(of).await
}
