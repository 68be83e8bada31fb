//! Prometheus.

use crate::peer::{Directory, Peer, encode, promtool, require};
use serde_json::Value;
use std::collections::BTreeSet;

/// A running Prometheus.
#[derive(Debug)]
pub struct Prometheus(Peer);

impl Prometheus {
    /// Starts one that scrapes `targets` every second as `job` and evaluates `rules` as often as they say. It sends
    /// alerts to an Alertmanager, if there is one.
    ///
    /// # Panics
    ///
    /// It is not installed, or does not like what it is given.
    pub fn start(
        name: &str,
        (job, targets): (&str, &[&str]),
        rules: &str,
        alertmanager: Option<&str>,
    ) -> Prometheus {
        require("prometheus", "prometheus");
        require("promtool", "prometheus");
        let directory = Directory::new(name);
        let rules = directory.write("rules.yml", rules);
        let alerting = alertmanager.map(|address| {
            format!("alerting: {{ alertmanagers: [{{ static_configs: [{{ targets: [{address:?}] }}] }}] }}\n")
        });
        let config = format!(
            "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\n\
             rule_files: [{rules:?}]\n\
             {}scrape_configs:\n  - job_name: {job}\n    static_configs: [{{ targets: {targets:?} }}]\n",
            alerting.unwrap_or_default()
        );
        let config = directory.write("prometheus.yml", &config);
        promtool(&["check", "config", &config], "");
        let arguments = [
            format!("--config.file={config}"),
            format!("--storage.tsdb.path={}", directory.path("data")),
            "--enable-feature=exemplar-storage".to_owned(),
            "--log.level=warn".to_owned(),
            // An alert that fires before Alertmanager is found is sent again soon.
            "--rules.alert.resend-delay=3s".to_owned(),
        ];
        Prometheus(Peer::start("prometheus", directory, &arguments))
    }

    /// The `data` of an answer of its API; null while there is none.
    pub async fn api(&self, path: &str) -> Value {
        self.0.get(path).await["data"].take()
    }

    /// The answer to a query, now.
    pub async fn query(&self, query: &str) -> Value {
        self.api(&format!("/api/v1/query?query={}", encode(query))).await
    }

    /// The trace ids that it has kept as exemplars of these series.
    pub async fn exemplars(&self, series: &str) -> BTreeSet<String> {
        let found = self.api(&format!("/api/v1/query_exemplars?query={}", encode(series))).await;
        let series = found.as_array().into_iter().flatten();
        let exemplars = series.flat_map(|series| series["exemplars"].as_array().into_iter().flatten());
        exemplars.filter_map(|exemplar| Some(exemplar["labels"]["trace_id"].as_str()?.to_owned())).collect()
    }
}
