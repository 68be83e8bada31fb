//! What Prometheus scrapes, evaluates and tells.

use super::{
    ALERTMANAGER, ALLOY, CADVISOR, GRAFANA, JAEGER, JAEGER_METRICS, LOKI, METRICS_PORT, NODE, PROMETHEUS,
    document,
};
use crate::plan::Plan;
use crate::yaml::{Yaml, list, map};

/// Paths are those of the artefacts' directory, which compose lays out in the container as it is here: so
/// `promtool check config` finds the same files.
pub(super) fn config(plan: &Plan) -> String {
    let subject = &plan.subject;
    let peers = [
        PROMETHEUS.address(),
        ALERTMANAGER.address(),
        GRAFANA.address(),
        LOKI.address(),
        ALLOY.address(),
        NODE.address(),
        CADVISOR.address(),
    ];
    let names =
        [PROMETHEUS.name, ALERTMANAGER.name, GRAFANA.name, LOKI.name, ALLOY.name, NODE.name, CADVISOR.name];
    let job = |name: &str, address: String| {
        map([("job_name", name.into()), ("static_configs", list([map([("targets", list([address]))])]))])
    };
    let service = map([
        ("job_name", subject.service.as_str().into()),
        ("file_sd_configs", list([map([("files", list([format!("targets/{}.yml", subject.package)]))])])),
    ]);
    let mut jobs =
        vec![service.noted("The service. Exemplars come with OpenMetrics, which is asked for first.")];
    jobs.extend(names.into_iter().zip(peers).map(|(name, address)| job(name, address)));
    jobs.push(job(JAEGER.name, format!("{}:{JAEGER_METRICS}", JAEGER.name)));
    let yaml = map([
        (
            "global",
            map([
                ("scrape_interval", "15s".into()),
                ("scrape_timeout", "10s".into()),
                ("evaluation_interval", "15s".into()),
            ]),
        ),
        (
            "storage",
            map([("exemplars", map([("max_exemplars", Yaml::Number(100_000))]))])
                .noted("Needs --enable-feature=exemplar-storage."),
        ),
        ("rule_files", list(["../../rules/*.yml"])),
        (
            "alerting",
            map([(
                "alertmanagers",
                list([map([("static_configs", list([map([("targets", list([ALERTMANAGER.address()]))])]))])]),
            )]),
        ),
        ("scrape_configs", list(jobs)),
    ]);
    document(&format!("Prometheus for {}.", subject.title()), yaml)
}

/// Where the service is: what is generated, and what people change.
pub(super) fn targets(plan: &Plan) -> (String, String) {
    let words = format!(
        "# Where {} is scraped. Prometheus reads changes of this file without a restart.\n\
         # A service on this machine has to listen on 0.0.0.0:{METRICS_PORT}: the loopback address is not reached\n\
         # from inside of a container.",
        plan.subject.title()
    );
    let targets = list([map([("targets", list([format!("host.docker.internal:{METRICS_PORT}")]))])]);
    (words, targets.document())
}
