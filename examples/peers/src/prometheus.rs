//! Prometheus.

use crate::peer::{Directory, Peer, encode, promtool, require};
use serde_json::Value;

/// A running Prometheus.
pub(crate) struct Prometheus(Peer);

impl Prometheus {
    /// Starts one that scrapes `target` every second and evaluates `rules` as often as they say. It sends alerts
    /// to an Alertmanager, if there is one.
    pub(crate) fn start(name: &str, target: &str, rules: &str, alertmanager: Option<&str>) -> Prometheus {
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
             {}scrape_configs:\n  - job_name: quickstart\n    static_configs: [{{ targets: [{target:?}] }}]\n",
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
    pub(crate) async fn api(&self, path: &str) -> Value {
        self.0.get(path).await["data"].take()
    }

    /// The answer to a query, now.
    pub(crate) async fn query(&self, query: &str) -> Value {
        self.api(&format!("/api/v1/query?query={}", encode(query))).await
    }
}
