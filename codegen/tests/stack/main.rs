//! The generated stack: its programs read their configurations, the configurations agree with each other,
//! and Prometheus and Alertmanager do with them what they are meant to.
//!
//! Needs `prometheus`, `promtool`, `alertmanager` and `amtool` on the path (Debian: `apt-get install
//! prometheus prometheus-alertmanager`).

#[path = "../common/mod.rs"]
mod common;
mod peer;
mod wiring;
mod yaml;

use common::{cfg, fixture};
use obs_codegen::Builder;
use peer::{Peer, amtool, promtool};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The artefacts of the fixture in a directory of their own, gone when it is dropped.
struct Stack(PathBuf);

impl Stack {
    fn new(name: &str) -> Stack {
        let name = format!("stack-{name}-{}", std::process::id());
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&directory);
        let builder = Builder::for_package(fixture(), &directory, cfg(&["default", "audit"]));
        builder.service("order-service").team("shop").try_emit().expect("the fixture has no mistakes");
        Stack(directory)
    }

    fn path(&self, path: &str) -> String {
        self.0.join(path).display().to_string()
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces what must be there.
    #[track_caller]
    fn change(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "no {from:?} in {path}");
        std::fs::write(self.0.join(path), text.replace(from, to)).expect("a file is written");
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const PROMETHEUS: &str = "stack/prometheus/prometheus.yml";
const ALERTMANAGER: &str = "stack/alertmanager/alertmanager.yml";

#[test]
fn prometheus_reads_its_configuration_with_the_rules_and_targets() {
    let stack = Stack::new("promtool");
    let config = stack.path(PROMETHEUS);
    let said = promtool(&["check", "config", &config]).unwrap();
    assert!(said.contains("1 rule files found") && said.contains("rules found"), "{said}");

    stack.change("rules/orders.yml", "groups:", "group:");
    assert!(promtool(&["check", "config", &config]).is_err(), "a broken rule is found");
    let stack = Stack::new("promtool-targets");
    stack.change("stack/prometheus/targets/orders.yml", "- targets:", "- target:");
    assert!(promtool(&["check", "config", &stack.path(PROMETHEUS)]).is_err(), "broken targets are found");
}

#[test]
fn alertmanager_reads_its_configuration_and_its_templates() {
    let config = |stack: &Stack| amtool(&["check-config", &stack.path(ALERTMANAGER)]);
    let stack = Stack::new("amtool");
    let said = config(&stack).unwrap();
    assert!(said.contains("6 receivers") && said.contains("1 templates"), "{said}");
    stack.change(ALERTMANAGER, "- name: \"shop-page\"", "- name: \"somebody\"");
    assert!(config(&stack).is_err(), "a receiver that is missing is found");
    let stack = Stack::new("amtool-template");
    stack.change("stack/alertmanager/obs.tmpl", "{{ end }}", "{{ en }}");
    assert!(config(&stack).is_err(), "a broken template is found");
}

#[test]
fn alerts_are_routed_by_severity_and_team() {
    let stack = Stack::new("routes");
    let config = format!("--config.file={}", stack.path(ALERTMANAGER));
    for (labels, receiver) in [
        (vec!["severity=page", "team=shop"], "shop-page"),
        (vec!["severity=ticket", "team=shop"], "shop-ticket"),
        (vec!["severity=info", "team=shop"], "nobody"),
        (vec!["severity=none", "team=shop"], "dead-mans-switch"),
        (vec!["severity=page", "team=other"], "others-page"),
        (vec!["severity=ticket", "team=other"], "others-ticket"),
        (vec!["severity=page"], "others-page"),
        (vec!["team=shop"], "shop-ticket"),
        (vec!["alertname=Whatever"], "others-ticket"),
    ] {
        let verify = format!("--verify.receivers={receiver}");
        let test = [&["config", "routes", "test", &config, &verify][..], &labels].concat();
        amtool(&test).unwrap_or_else(|said| panic!("{labels:?}: {said}"));
    }
}

#[test]
fn everything_that_is_named_is_there() {
    let stack = Stack::new("wiring");
    assert_eq!(wiring::problems(&stack.0), [""; 0]);
}

/// One change a line, and a word of the problem that it makes.
#[test]
fn whatever_does_not_fit_together_is_found() {
    let sources = "stack/grafana/provisioning/datasources/obs.yaml";
    let (compose, deployment) = ("stack/compose.yaml", "stack/kubernetes/deployment.yaml");
    for (path, from, to, word) in [
        (compose, "../rules:", "../ruls:", "../ruls"),
        (compose, "127.0.0.1:9093:9093", "9093:9093", "loopback"),
        (compose, "127.0.0.1:9093:9093", "127.0.0.1:9090:9093", "9090 twice"),
        (compose, "prom/alertmanager:v0.28.1", "prom/alertmanager:latest", "pinned"),
        (compose, "- \"loki-data:/loki\"", "- \"lok-data:/loki\"", "lok-data"),
        (compose, "\n    healthcheck:\n", "\n    healthchecks:\n", "healthcheck"),
        (compose, "    depends_on:\n      - \"loki\"", "    depends_on:\n      - \"lokki\"", "lokki"),
        (
            compose,
            "--config.file=/etc/obs/stack/prometheus/prometheus.yml",
            "--config.file=/etc/prometheus.yml",
            "/etc/prometheus.yml",
        ),
        (compose, "--enable-feature=exemplar-storage", "--enable-feature=none", "exemplar"),
        (PROMETHEUS, "alertmanager:9093", "alertmanagr:9093", "alertmanagr:9093"),
        (PROMETHEUS, "loki:3100", "loki:3101", "loki:3101"),
        (PROMETHEUS, "targets/orders.yml", "targets/order.yml", "targets/order.yml"),
        ("stack/alloy/config.alloy", "http://loki:3100", "http://lokki:3100", "lokki:3100"),
        ("stack/loki/loki.yaml", "3100", "3101", "loki:3100"),
        (sources, "url: \"http://jaeger:16686\"", "url: \"http://jaeger:1668\"", "jaeger:1668"),
        (sources, "datasourceUid: \"loki\"", "datasourceUid: \"lokki\"", "lokki"),
        (sources, "\"trace_id\"", "\"traceID\"", "trace_id"),
        (sources, "isDefault: true", "isDefault: false", "default"),
        (
            "stack/grafana/provisioning/dashboards/obs.yaml",
            "/etc/obs/dashboards",
            "/etc/dashboards",
            "/etc/dashboards",
        ),
        ("dashboards/orders-red.json", "\"uid\": \"${datasource}\"", "\"uid\": \"mimir\"", "mimir"),
        ("kustomization.yaml", "dashboards/orders-red.json", "dashboards/red.json", "dashboards/red.json"),
        ("kustomization.yaml", "grafana_dashboard", "grafana_dashbord", "grafana_dashboard"),
        (deployment, "containerPort: 9464", "containerPort: 9465", "9464"),
        (deployment, "/health/live", "/healthz", "/health/live"),
        (
            deployment,
            "      labels:\n        app.kubernetes.io/name: \"order-service\"",
            "      labels:\n        app.kubernetes.io/name: \"orders\"",
            "selector",
        ),
        ("stack/kubernetes/service.yaml", "- name: \"metrics\"", "- name: \"metric\"", "port"),
        (
            "stack/kubernetes/servicemonitor.yaml",
            "monitoring.coreos.com/v1",
            "monitoring.coreos.com/v2",
            "apiVersion",
        ),
        ("stack/kubernetes/servicemonitor.yaml", "honorLabels: true", "honorLabels: false", "build_info"),
        ("stack/kubernetes/servicemonitor.yaml", "kind: \"ServiceMonitor\"", "kind: \"PodMonitor\"", "kind"),
        ("stack/kubernetes/prometheusrule-orders.yaml", "  groups:", "  group:", "rules/orders.yml"),
    ] {
        let stack = Stack::new("broken");
        stack.change(path, from, to);
        let problems = wiring::problems(&stack.0);
        assert!(problems.iter().any(|p| p.contains(word)), "{path}: {from:?} as {to:?} gives {problems:?}");
    }
}

#[test]
fn a_real_alertmanager_inhibits_what_is_meant_and_nothing_else() {
    let stack = Stack::new("alertmanager");
    // Nobody outside of this machine is told.
    stack.change(ALERTMANAGER, "https://example.org/dead-mans-switch", "http://127.0.0.1:9/");
    stack.change(ALERTMANAGER, "smtp.example.org:587", "127.0.0.1:9");
    let data = format!("--storage.path={}", stack.path("data"));
    let config = format!("--config.file={}", stack.path(ALERTMANAGER));
    let alertmanager = Peer::start("alertmanager", &[&config, &data, "--cluster.listen-address="]);
    let status = alertmanager.get("/api/v2/status");
    assert_eq!(status["cluster"]["status"], "disabled", "{status}");

    let alert = |name: &str, severity: &str, more: &[(&str, &str)]| {
        let mut labels =
            json!({ "alertname": name, "severity": severity, "service": "s", "job": "j", "team": "shop" });
        more.iter().for_each(|(label, value)| labels[*label] = json!(value));
        json!({ "labels": labels })
    };
    let f = [("module", "m"), ("function", "f")];
    alertmanager.post(
        "/api/v2/alerts",
        &json!([
            alert("Fast", "page", &[("sloth_id", "a")]),
            alert("SlowSame", "ticket", &[("sloth_id", "a")]),
            alert("SlowOther", "ticket", &[("sloth_id", "b")]),
            alert("SlowElsewhere", "ticket", &[("sloth_id", "a"), ("job", "k")]),
            alert("WithoutAny", "ticket", &[]),
            alert("Function", "page", &f),
            alert("FunctionTicket", "ticket", &f),
            alert("FunctionOther", "ticket", &[("module", "m"), ("function", "g")]),
            alert("TargetDown", "page", &[("service", "t"), ("instance", "one")]),
            alert("Rest", "ticket", &[("service", "t")]),
            alert("PageOfTheRest", "page", &[("service", "t")]),
            alert("PageOfIt", "page", &[("service", "t"), ("instance", "one")]),
            alert("ServiceAbsent", "page", &[("service", "u")]),
            alert("PageOfTheAbsent", "page", &[("service", "u"), ("sloth_id", "c")]),
            alert("Watchdog", "none", &[("service", "u")]),
            alert("PageOfAnother", "page", &[("service", "t"), ("instance", "two")]),
        ]),
    );
    let expected = ["FunctionTicket", "PageOfIt", "PageOfTheAbsent", "Rest", "SlowSame"];
    let inhibited = || {
        let alerts = alertmanager.get("/api/v2/alerts?active=false&inhibited=true");
        let mut names: Vec<String> = alerts.as_array().into_iter().flatten().filter_map(name).collect();
        names.sort();
        names
    };
    peer::until("the alerts are inhibited", || inhibited() == expected, || format!("{:?}", inhibited()));

    let routed = alertmanager.get("/api/v2/alerts?filter=alertname%3D%22Fast%22");
    assert_eq!(routed[0]["receivers"][0]["name"], "shop-page", "{routed}");
}

fn name(alert: &Value) -> Option<String> {
    Some(alert["labels"]["alertname"].as_str()?.to_owned())
}

#[test]
fn a_real_prometheus_starts_with_the_rules_and_finds_alertmanager() {
    let stack = Stack::new("prometheus");
    let alertmanager = peer::free();
    stack.change(PROMETHEUS, "alertmanager:9093", &alertmanager);
    // Nothing else is there to be scraped, and nothing outside of this machine is asked.
    for name in [
        "prometheus:9090",
        "grafana:3000",
        "loki:3100",
        "alloy:12345",
        "node-exporter:9100",
        "cadvisor:8080",
        "jaeger:8888",
    ] {
        stack.change(PROMETHEUS, &format!("\"{name}\""), "\"127.0.0.1:9\"");
    }
    stack.change("stack/prometheus/targets/orders.yml", "host.docker.internal:9464", "127.0.0.1:9");
    let config = format!("--config.file={}", stack.path(PROMETHEUS));
    let data = format!("--storage.tsdb.path={}", stack.path("data"));
    let prometheus = Peer::start("prometheus", &[&config, &data, "--enable-feature=exemplar-storage"]);

    let groups = |answer: &Value| answer["data"]["groups"].as_array().map_or(0, Vec::len);
    let rules = prometheus.get("/api/v1/rules");
    assert!(groups(&rules) > 0, "{rules}");
    let config = prometheus.get("/api/v1/status/config");
    let config = config["data"]["yaml"].as_str().unwrap_or_default();
    assert!(config.contains("max_exemplars: 100000"), "{config}");
    let told = || prometheus.get("/api/v1/alertmanagers").to_string();
    peer::until("Alertmanager is known", || told().contains(&alertmanager), told);
    let targets = || prometheus.get("/api/v1/targets?state=active").to_string();
    peer::until("the service is a target", || targets().contains("\"job\":\"order-service\""), targets);
}
