//! A real Prometheus scrapes the service, loads its rules, and answers its dashboards; with a real Alertmanager
//! it calls whoever is on call.
//!
//! Needs `prometheus`, `promtool` and `prometheus-alertmanager` on the path (Debian: `apt-get install prometheus
//! prometheus-alertmanager`).
#![cfg(not(feature = "off"))]

mod alertmanager;
mod alerts;
mod artefacts;
mod faster;
mod peer;
mod program;
mod server;
mod webhook;

use artefacts::{Dashboard, recorded};
use axum::http::StatusCode;
use obs_runtime::TraceContext;
use peer::promtool;
use program::Quickstart;
use quickstart::http::Client;
use quickstart::order::{Channel, NewOrder};
use serde_json::Value;
use server::Prometheus;
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// For everything together. A machine with nothing else to do needs a few seconds.
const LIMIT: Duration = Duration::from_secs(60);

/// For each thing that is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

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
    let prometheus = Prometheus::start("answering", &quickstart.metrics, &rules, None);
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
    until("every rule is evaluated without errors", PATIENCE, async || {
        let groups = prometheus.api("/api/v1/rules").await;
        let rules = groups["groups"].as_array().into_iter().flatten();
        let mut health = rules.flat_map(|group| group["rules"].as_array().into_iter().flatten());
        health.clone().count() > 0 && health.all(|rule| rule["health"] == "ok")
    })
    .await;

    answered("recorded series", &recorded(RULES), prometheus).await;
    let dashboards = Dashboard::all(DASHBOARDS);
    assert_eq!(dashboards.keys().collect::<Vec<_>>(), BOARDS);
    let mut asked = 0;
    for (name, dashboard) in &dashboards {
        let queries = dashboard.queries("quickstart");
        asked += queries.len();
        answered(&format!("panel queries of {name}"), &queries, prometheus).await;
        answered(&format!("variables of {name}"), &dashboard.variables("quickstart"), prometheus).await;
        // Whether they have anything to show is up to what happens; here they have to be answered.
        for query in dashboard.annotations("quickstart") {
            assert!(prometheus.query(&query).await["result"].is_array(), "{query}");
        }
    }
    // Each of them has been waited for.
    println!("queries of {} dashboards: {asked} of {asked} return data", dashboards.len());
    assert!(asked > 100, "only {asked} queries");
}

/// Waits until each of the queries returns data, and says how many there are.
async fn answered(what: &str, queries: &[String], prometheus: &Prometheus) {
    let mut missing: Vec<&String> = queries.iter().collect();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut still = Vec::new();
        for query in missing {
            if !data(&prometheus.query(query).await) {
                still.push(query);
            }
        }
        if still.is_empty() || Instant::now() > deadline {
            println!("{what}: {} of {} return data", queries.len() - still.len(), queries.len());
            assert!(still.is_empty(), "no data for {still:#?}");
            return;
        }
        missing = still;
        sleep(Duration::from_millis(500)).await;
    }
}

/// Asks again and again.
async fn until(what: &str, patience: Duration, mut ready: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !ready().await {
        assert!(start.elapsed() < patience, "still waiting until {what}");
        sleep(Duration::from_millis(200)).await;
    }
    println!("{what}: after {:.1} s", start.elapsed().as_secs_f64());
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
    let series = prometheus.api(&format!("/api/v1/query_exemplars?query={}", peer::encode(of))).await;
    let exemplars =
        series.as_array().into_iter().flatten().flat_map(|s| s["exemplars"].as_array().into_iter().flatten());
    exemplars.filter_map(|exemplar| Some(exemplar["labels"]["trace_id"].as_str()?.to_owned())).collect()
}

/// Whether a result has a sample, and one that is a number.
fn data(result: &Value) -> bool {
    let samples = result["result"].as_array().into_iter().flatten();
    samples.filter_map(|sample| sample["value"][1].as_str()).any(|value| value != "NaN")
}

fn labels(result: &Value, label: &str) -> BTreeSet<String> {
    let samples = result["result"].as_array().into_iter().flatten();
    samples.filter_map(|sample| Some(sample["metric"][label].as_str()?.to_owned())).collect()
}
