//! Alertmanager, with the generated routes and with receivers that all are one webhook.

use crate::faster::faster;
use obs_peers::{Directory, Peer, encode, require, runs};
use serde_json::Value;
use std::fs;

const GENERATED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/stack/alertmanager");

/// A running Alertmanager.
pub(crate) struct Alertmanager(Peer);

impl Alertmanager {
    /// Starts one that waits a sixtieth of the time, and tells `webhook`, a web address.
    pub(crate) fn start(webhook: &str) -> Alertmanager {
        let directory = Directory::new("alertmanager");
        let read =
            |name: &str| fs::read_to_string(format!("{GENERATED}/{name}")).expect("what was generated");
        directory.write("obs.tmpl", &read("obs.tmpl"));
        let config = directory.write("alertmanager.yml", &told(&read("alertmanager.yml"), webhook));
        let arguments = [
            format!("--config.file={config}"),
            format!("--storage.path={}", directory.path("data")),
            // Alone: nobody to gossip with, and no port for it.
            "--cluster.listen-address=".to_owned(),
        ];
        // Debian's name, and the one in upstream's archives.
        let upstream = "alertmanager";
        let program = if runs(upstream) { upstream } else { "prometheus-alertmanager" };
        require(program, "prometheus-alertmanager");
        Alertmanager(Peer::start(program, directory, &arguments))
    }

    pub(crate) fn address(&self) -> &str {
        &self.0.address
    }

    /// The alerts with all of these labels that it holds and that have not ended, as its API shows them.
    pub(crate) async fn alerts(&self, labels: &[(&str, &str)]) -> Option<Vec<Value>> {
        let filters = labels.iter().map(|(name, value)| encode(&format!("{name}={value:?}")));
        let filters: Vec<String> = filters.map(|filter| format!("filter={filter}")).collect();
        match self.0.get(&format!("/api/v2/alerts?{}", filters.join("&"))).await {
            Value::Array(alerts) => Some(alerts),
            _ => None,
        }
    }
}

/// The generated configuration, in a hurry, with each receiver replaced by a page of the webhook of its name.
fn told(generated: &str, webhook: &str) -> String {
    let (routes, receivers) = generated.split_once("\nreceivers:\n").expect("receivers");
    let names = receivers.lines().filter_map(|line| line.strip_prefix("  - name: \"")?.strip_suffix('"'));
    let page =
        |name| format!("  - name: \"{name}\"\n    webhook_configs: [{{ url: \"{webhook}/{name}\" }}]\n");
    format!("{}receivers:\n{}", faster(routes), names.map(page).collect::<String>())
}

#[test]
fn receivers_keep_their_names_and_nothing_else() {
    let generated = "route:\n  receiver: \"page\"\n  group_wait: \"30s\"\n# Whom to tell.\nreceivers:\n  # Nobody.\n  \
                     - name: \"nobody\"\n  - name: \"page\"\n    slack_configs:\n      - channel: \"#pages\"\n";
    let page =
        |name| format!("  - name: \"{name}\"\n    webhook_configs: [{{ url: \"http://x/{name}\" }}]\n");
    assert_eq!(
        told(generated, "http://x"),
        format!(
            "route:\n  receiver: \"page\"\n  group_wait: \"500ms\"\n# Whom to tell.\nreceivers:\n{}{}",
            page("nobody"),
            page("page")
        )
    );
}
