//! The same in a cluster that runs the Prometheus operator and Grafana's sidecar, as kube-prometheus-stack
//! does.

use super::{METRICS_PORT, dns, document, rules};
use crate::plan::Plan;
use crate::yaml::{Yaml, list, map};
use std::collections::BTreeMap;

/// Chooses the pods and services of a service.
const NAME: &str = "app.kubernetes.io/name";

/// What kube-prometheus-stack chooses monitors and rules by, unless it was told otherwise.
const RELEASE: (&str, &str) = ("release", "kube-prometheus-stack");

/// Grafana's sidecar loads what has this label.
const DASHBOARD: (&str, &str) = ("grafana_dashboard", "1");

/// The name of the port in pods and services.
const PORT: &str = "metrics";

/// Kustomize reads no file outside of the directory of this one, so it stands above the dashboards: they are
/// put into config maps when it is applied, and are not in the repository twice.
pub(super) fn kustomization(plan: &Plan, others: &BTreeMap<String, String>) -> String {
    let mut resources =
        vec!["stack/kubernetes/service.yaml".to_owned(), "stack/kubernetes/servicemonitor.yaml".to_owned()];
    resources.extend(rules(others).map(|(path, _)| rule_path(path)));
    let dashboards = others.keys().filter(|path| path.starts_with("dashboards/") && path.ends_with(".json"));
    let config = |path: &String| {
        let stem = path.trim_start_matches("dashboards/").trim_end_matches(".json");
        map([("name", format!("dashboard-{}", dns(stem)).into()), ("files", list([path.as_str()]))])
    };
    let yaml = map([
        ("apiVersion", "kustomize.config.k8s.io/v1beta1".into()),
        ("kind", "Kustomization".into()),
        ("resources", list(resources)),
        ("configMapGenerator", list(dashboards.map(config))),
        (
            "generatorOptions",
            map([
                ("disableNameSuffixHash", true.into()),
                (
                    "labels",
                    map([(DASHBOARD.0, DASHBOARD.1.into()), (NAME, dns(&plan.subject.service).into())]),
                ),
                ("annotations", map([("grafana_folder", plan.subject.service.as_str().into())])),
            ]),
        ),
    ]);
    document(
        &format!(
            "What a cluster needs to watch {}: kubectl apply --server-side --kustomize .\n\
             The deployment is yours: stack/kubernetes/deployment.yaml shows what it needs.",
            plan.subject.title()
        ),
        yaml,
    )
}

fn metadata(name: &str, labels: Vec<(&str, String)>) -> Yaml {
    let labels = labels.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    map([("name", name.into()), ("labels", Yaml::Map(labels))])
}

fn labelled(plan: &Plan) -> Yaml {
    map([(NAME, dns(&plan.subject.service).into())])
}

/// A deployment as a service needs it; its image is a placeholder.
pub(super) fn deployment(plan: &Plan) -> String {
    let name = dns(&plan.subject.service);
    let probe = |path: &str, period: u64, failures: u64| {
        map([
            ("httpGet", map([("path", path.into()), ("port", PORT.into())])),
            ("periodSeconds", Yaml::Number(period)),
            ("timeoutSeconds", Yaml::Number(2)),
            ("failureThreshold", Yaml::Number(failures)),
        ])
    };
    let container = map([
        ("name", name.as_str().into()),
        ("image", Yaml::from(format!("registry.example.org/{name}:latest")).noted("Yours.")),
        (
            "ports",
            list([map([("name", PORT.into()), ("containerPort", Yaml::Number(METRICS_PORT))])])
                .noted(format!("The program has to listen on 0.0.0.0:{METRICS_PORT}.")),
        ),
        (
            "startupProbe",
            probe("/health/live", 2, 30).noted("A minute to start. Until then nobody asks for more."),
        ),
        ("livenessProbe", probe("/health/live", 10, 3).noted("Fails when only a restart can help.")),
        ("readinessProbe", probe("/health/ready", 5, 2).noted("Fails while a critical check does.")),
        (
            "resources",
            map([
                ("requests", map([("cpu", "100m".into()), ("memory", "128Mi".into())])),
                ("limits", map([("memory", "256Mi".into())])),
            ]),
        ),
        (
            "securityContext",
            map([
                ("allowPrivilegeEscalation", false.into()),
                ("readOnlyRootFilesystem", true.into()),
                ("runAsNonRoot", true.into()),
                ("capabilities", map([("drop", list(["ALL"]))])),
            ]),
        ),
    ]);
    let yaml = map([
        ("apiVersion", "apps/v1".into()),
        ("kind", "Deployment".into()),
        ("metadata", metadata(&name, vec![(NAME, name.clone())])),
        (
            "spec",
            map([
                ("replicas", Yaml::Number(2)),
                ("selector", map([("matchLabels", labelled(plan))])),
                (
                    "template",
                    map([
                        ("metadata", map([("labels", labelled(plan))])),
                        ("spec", map([("containers", list([container]))])),
                    ]),
                ),
            ]),
        ),
    ]);
    document(
        &format!(
            "An example of a deployment of {}, which is not applied: copy what you need.",
            plan.subject.title()
        ),
        yaml,
    )
}

/// The port that is scraped.
pub(super) fn service(plan: &Plan) -> String {
    let name = dns(&plan.subject.service);
    let port =
        map([("name", PORT.into()), ("port", Yaml::Number(METRICS_PORT)), ("targetPort", PORT.into())]);
    let yaml = map([
        ("apiVersion", "v1".into()),
        ("kind", "Service".into()),
        ("metadata", metadata(&format!("{}-metrics", cut(&name)), vec![(NAME, name.clone())])),
        ("spec", map([("selector", labelled(plan)), ("ports", list([port]))])),
    ]);
    document(&format!("The metrics of {}.", plan.subject.title()), yaml)
}

/// That it is scraped.
pub(super) fn monitor(plan: &Plan) -> String {
    let name = dns(&plan.subject.service);
    let endpoint = map([
        ("port", PORT.into()),
        ("path", "/metrics".into()),
        ("interval", "15s".into()),
        // Otherwise `build_info{service="…"}`, by which alerts know their targets, would be about `…-metrics`.
        (
            "honorLabels",
            Yaml::from(true)
                .noted("What the page says of itself, not the operator's `service`, `pod` and the like."),
        ),
    ]);
    let yaml = map([
        ("apiVersion", "monitoring.coreos.com/v1".into()),
        ("kind", "ServiceMonitor".into()),
        ("metadata", metadata(&name, vec![(NAME, name.clone()), (RELEASE.0, RELEASE.1.into())])),
        (
            "spec",
            map([
                ("selector", map([("matchLabels", labelled(plan))])),
                ("endpoints", list([endpoint])),
                ("jobLabel", Yaml::from(NAME).noted("The label `job` is the name of the service.")),
            ]),
        ),
    ]);
    document(&format!("What the Prometheus operator scrapes of {}.", plan.subject.title()), yaml)
}

/// Where the manifest of a file of rules is.
pub(super) fn rule_path(rules: &str) -> String {
    format!("stack/kubernetes/prometheusrule-{}.yaml", stem(rules))
}

fn stem(rules: &str) -> &str {
    rules.trim_start_matches("rules/").trim_end_matches(".yml")
}

/// A file of rules, as the operator wants it: the same text, two steps in. So it says what the file says.
pub(super) fn rule(plan: &Plan, path: &str, text: &str) -> String {
    let name = dns(stem(path));
    let head = map([
        ("apiVersion", "monitoring.coreos.com/v1".into()),
        ("kind", "PrometheusRule".into()),
        (
            "metadata",
            metadata(&name, vec![(NAME, dns(&plan.subject.service)), (RELEASE.0, RELEASE.1.into())]),
        ),
    ]);
    let mut out = document(&format!("The rules of {path} for the Prometheus operator."), head);
    out.push_str("spec:\n");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        out.push_str(format!("  {line}").trim_end());
        out.push('\n');
    }
    out
}

/// With room for a suffix.
fn cut(name: &str) -> String {
    name.chars().take(50).collect::<String>().trim_end_matches('-').to_owned()
}
