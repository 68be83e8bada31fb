//! For the tests of the examples: programs of others, as Debian packages them, and what generated files ask of them.

mod dashboard;
mod peer;
mod prometheus;

pub use dashboard::{Dashboard, recorded};
pub use peer::{Directory, Peer, encode, promtool, require, runs};
pub use prometheus::Prometheus;

use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long each thing is waited for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again.
///
/// # Panics
///
/// It is not so after all that time.
pub async fn until(what: &str, patience: Duration, mut ready: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !ready().await {
        assert!(start.elapsed() < patience, "still waiting until {what}");
        sleep(Duration::from_millis(200)).await;
    }
    println!("{what}: after {:.1} s", start.elapsed().as_secs_f64());
}

/// Waits until each of the queries returns data, and says how many there are.
///
/// # Panics
///
/// Some of them do not, after [`PATIENCE`].
pub async fn answered(what: &str, queries: &[String], prometheus: &Prometheus) {
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

/// Waits until everything that the dashboards ask returns data, and says how many queries of panels that were.
///
/// # Panics
///
/// Some of it does not.
pub async fn all_answered(
    dashboards: &std::collections::BTreeMap<String, Dashboard>,
    job: &str,
    prometheus: &Prometheus,
) -> usize {
    let mut asked = 0;
    for (name, dashboard) in dashboards {
        let queries = dashboard.queries(job);
        asked += queries.len();
        answered(&format!("panel queries of {name}"), &queries, prometheus).await;
        answered(&format!("variables of {name}"), &dashboard.variables(job), prometheus).await;
        // Whether they have anything to show is up to what happens; here they have to be answered.
        for query in dashboard.annotations(job) {
            assert!(prometheus.query(&query).await["result"].is_array(), "{query}");
        }
    }
    // Each of them has been waited for.
    println!("queries of {} dashboards: {asked} of {asked} return data", dashboards.len());
    asked
}

/// Waits until every rule was evaluated without an error.
///
/// # Panics
///
/// One was not, after [`PATIENCE`].
pub async fn rules_are_well(prometheus: &Prometheus) {
    until("every rule is evaluated without errors", PATIENCE, async || {
        let groups = prometheus.api("/api/v1/rules").await;
        let rules = groups["groups"].as_array().into_iter().flatten();
        let mut health = rules.flat_map(|group| group["rules"].as_array().into_iter().flatten());
        health.clone().count() > 0 && health.all(|rule| rule["health"] == "ok")
    })
    .await;
}

/// Whether a result has a sample, and one that is a number.
pub fn data(result: &Value) -> bool {
    let samples = result["result"].as_array().into_iter().flatten();
    samples.filter_map(|sample| sample["value"][1].as_str()).any(|value| value != "NaN")
}

/// The values of a label in a result.
pub fn labels(result: &Value, label: &str) -> BTreeSet<String> {
    let samples = result["result"].as_array().into_iter().flatten();
    samples.filter_map(|sample| Some(sample["metric"][label].as_str()?.to_owned())).collect()
}
