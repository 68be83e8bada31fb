//! Everything around a service that makes its artefacts useful: Prometheus with its rules, Alertmanager,
//! Grafana with its dashboards, traces and logs, on one's own machine and in Kubernetes.
//!
//! Each program and port is named once, here; every file that names one is made from this.

mod alertmanager;
mod alloy;
mod compose;
mod grafana;
mod kubernetes;
mod loki;
mod prometheus;
mod readme;

use crate::alert;
use crate::artefacts::{Marks, marked};
use crate::plan::Plan;
use crate::yaml::Yaml;
use obs_model::promise::slug;
use std::collections::{BTreeMap, BTreeSet};

/// The port that the runtime listens on unless it is told otherwise.
const METRICS_PORT: u64 = 9464;

/// A program of the stack, by the name under which the others reach it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Peer {
    name: &'static str,
    /// The port where it serves what the others ask for.
    port: u64,
    image: &'static str,
}

const PROMETHEUS: Peer = Peer { name: "prometheus", port: 9090, image: "prom/prometheus:v3.5.0" };
const ALERTMANAGER: Peer = Peer { name: "alertmanager", port: 9093, image: "prom/alertmanager:v0.28.1" };
const GRAFANA: Peer = Peer { name: "grafana", port: 3000, image: "grafana/grafana:12.0.2" };
const JAEGER: Peer = Peer { name: "jaeger", port: 16686, image: "jaegertracing/jaeger:2.6.0" };
// The last line of versions whose image has a program that can ask whether it is ready.
const LOKI: Peer = Peer { name: "loki", port: 3100, image: "grafana/loki:3.5.0" };
const ALLOY: Peer = Peer { name: "alloy", port: 12345, image: "grafana/alloy:v1.9.0" };
const NODE: Peer = Peer { name: "node-exporter", port: 9100, image: "prom/node-exporter:v1.9.1" };
const CADVISOR: Peer = Peer { name: "cadvisor", port: 8080, image: "gcr.io/cadvisor/cadvisor:v0.52.1" };

/// Where Jaeger tells how it is.
const JAEGER_METRICS: u64 = 8888;

impl Peer {
    fn address(self) -> String {
        format!("{}:{}", self.name, self.port)
    }

    fn url(self) -> String {
        format!("http://{}", self.address())
    }
}

/// Every file, by its path. `others` are the other artefacts, which some of these refer to.
pub(crate) fn files(plan: &Plan, others: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut add = |path: &str, text: String| files.push((path.to_owned(), text));
    let package = &plan.subject.package;
    add("kustomization.yaml", kubernetes::kustomization(plan, others));
    add("stack/README.md", readme::text(plan));
    let (generated, receivers) = alertmanager::config(plan);
    add("stack/alertmanager/alertmanager.yml", marked(Marks::Yaml, &generated, &receivers));
    add("stack/alertmanager/obs.tmpl", alertmanager::TEMPLATES.to_owned());
    add("stack/alertmanager/secrets/.gitignore", IGNORE_ALL.to_owned());
    add("stack/alloy/config.alloy", alloy::config(plan));
    add("stack/compose.yaml", compose::file(plan));
    add("stack/grafana/provisioning/dashboards/obs.yaml", grafana::dashboards(plan));
    add("stack/grafana/provisioning/datasources/obs.yaml", grafana::datasources(plan));
    add("stack/kubernetes/deployment.yaml", kubernetes::deployment(plan));
    add("stack/kubernetes/service.yaml", kubernetes::service(plan));
    add("stack/kubernetes/servicemonitor.yaml", kubernetes::monitor(plan));
    for (path, text) in rules(others) {
        add(&kubernetes::rule_path(path), kubernetes::rule(plan, path, text));
    }
    add("stack/logs/.gitignore", IGNORE_ALL.to_owned());
    add("stack/loki/loki.yaml", loki::config(plan));
    add("stack/prometheus/prometheus.yml", prometheus::config(plan));
    let (generated, targets) = prometheus::targets(plan);
    let path = format!("stack/prometheus/targets/{package}.yml");
    add(&path, marked(Marks::Yaml, &generated, &targets));
    files
}

/// Whatever is put there is nobody else's.
const IGNORE_ALL: &str = "*\n!.gitignore\n";

/// The files of rules among the artefacts; their tests are in a directory of their own.
fn rules(others: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    let file = |path: &str| {
        path.strip_prefix("rules/").is_some_and(|name| name.ends_with(".yml") && !name.contains('/'))
    };
    others.iter().map(|(path, text)| (path.as_str(), text.as_str())).filter(move |(path, _)| file(path))
}

/// Every team that an alert is routed to, in the spelling of the label, by name.
fn teams(plan: &Plan) -> BTreeSet<String> {
    let alerts = alert::all(plan);
    let labels = alerts.iter().flat_map(|alert| &alert.labels).filter(|(name, _)| name == "team");
    let mut teams: BTreeSet<String> = labels.map(|(_, team)| team.clone()).collect();
    teams.insert(plan.subject.team.clone());
    teams.remove("");
    teams
}

/// The word for a team in the names of its receivers. A team without a letter of ASCII has those of others.
fn receivers(team: &str) -> String {
    match slug(team) {
        empty if empty.is_empty() => alertmanager::OTHERS.to_owned(),
        name => name,
    }
}

/// A document with words for its reader at the top.
fn document(words: &str, yaml: Yaml) -> String {
    let words = format!("Generated by obs; it is written anew by the next build.\n{words}");
    yaml.noted(words).document()
}

/// A name as Kubernetes and compose want it: lower case, words joined by `-`, at most 63 characters.
fn dns(name: &str) -> String {
    let name: String = slug(name).to_ascii_lowercase().replace('_', "-").chars().take(63).collect();
    match name.trim_matches('-') {
        "" => "service".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn names_are_what_kubernetes_allows() {
        assert_eq!(dns("Order Service_2"), "order-service-2");
        assert_eq!(dns("..."), "service");
        assert_eq!(dns(&"a".repeat(99)).len(), 63);
    }

    #[test]
    fn each_team_has_receivers_once() {
        let mut plan = example::plan(example::catalogue());
        for (team, count) in [("schemas", 6), ("others", 4), ("ö", 4), ("", 4)] {
            plan.subject.team = team.into();
            let (_, receivers) = alertmanager::config(&plan);
            assert_eq!(receivers.matches("- name: ").count(), count, "{team}: {receivers}");
        }
    }

    #[test]
    fn each_file_of_rules_is_a_manifest_and_tests_are_none() {
        let others = ["rules/a.yml", "rules/b.yml", "rules/tests/a.yml", "dashboards/a.json"]
            .map(|path| (path.to_owned(), "# Rules.\ngroups:\n  - name: \"a\"\n".to_owned()))
            .into();
        let files: BTreeMap<String, String> =
            files(&example::plan(example::catalogue()), &others).into_iter().collect();
        let manifests = files.keys().filter(|path| path.contains("prometheusrule"));
        assert_eq!(
            manifests.collect::<Vec<_>>(),
            ["stack/kubernetes/prometheusrule-a.yaml", "stack/kubernetes/prometheusrule-b.yaml"]
        );
        let rule = &files["stack/kubernetes/prometheusrule-a.yaml"];
        assert!(rule.ends_with("\nspec:\n  groups:\n    - name: \"a\"\n"), "{rule}");
    }
}
