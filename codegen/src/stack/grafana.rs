//! What Grafana starts with: where data comes from, how one source leads to another, and the dashboards.

use super::{ALERTMANAGER, JAEGER, LOKI, PROMETHEUS, Peer, document};
use crate::plan::Plan;
use crate::yaml::{Yaml, list, map};

/// Where the dashboards are in the container.
pub(super) const DASHBOARDS: &str = "/etc/obs/dashboards";

/// Sources are known by their `uid`, which is the name of the program.
pub(super) fn datasources(plan: &Plan) -> String {
    let source = |peer: Peer, title: &str, more: Yaml| {
        let default = peer == PROMETHEUS;
        map([
            ("name", title.into()),
            ("uid", peer.name.into()),
            ("type", peer.name.into()),
            ("access", "proxy".into()),
            ("url", peer.url().into()),
            ("isDefault", default.into()),
            ("jsonData", more),
        ])
    };
    let exemplars = map([("name", "trace_id".into()), ("datasourceUid", JAEGER.name.into())])
        .noted("A point on a graph of durations leads to its trace.");
    let prometheus = map([
        ("httpMethod", "POST".into()),
        ("timeInterval", "15s".into()),
        ("exemplarTraceIdDestinations", list([exemplars])),
        ("manageAlerts", true.into()),
        ("alertmanagerUid", ALERTMANAGER.name.into()),
    ]);
    let alertmanager =
        map([("implementation", "prometheus".into()), ("handleGrafanaManagedAlerts", false.into())]);
    let jaeger = map([
        (
            "tracesToLogsV2",
            map([
                ("datasourceUid", LOKI.name.into()),
                ("spanStartTimeShift", "-1m".into()),
                ("spanEndTimeShift", "1m".into()),
                ("filterByTraceID", true.into()),
                ("tags", list([map([("key", "service.name".into()), ("value", "service_name".into())])])),
            ])
            .noted("A span leads to what was logged while it ran."),
        ),
        ("nodeGraph", map([("enabled", true.into())])),
    ]);
    let trace = map([
        ("name", "trace".into()),
        ("matcherRegex", "trace_id[\\\\\"=: ]+([0-9a-f]{32})".into()),
        // Grafana replaces what follows one dollar sign by a variable of its environment.
        ("url", "$${__value.raw}".into()),
        ("datasourceUid", JAEGER.name.into()),
    ])
    .noted("A line that names a trace leads to it.");
    let yaml = map([
        ("apiVersion", Yaml::Number(1)),
        ("prune", true.into()),
        (
            "datasources",
            list([
                source(PROMETHEUS, "Prometheus", prometheus),
                source(ALERTMANAGER, "Alertmanager", alertmanager),
                source(JAEGER, "Jaeger", jaeger),
                source(LOKI, "Loki", map([("derivedFields", list([trace]))])),
            ]),
        ),
    ]);
    document(&format!("Data sources for {}.", plan.subject.title()), yaml)
}

pub(super) fn dashboards(plan: &Plan) -> String {
    let provider = map([
        ("name", "obs".into()),
        ("folder", plan.subject.service.as_str().into()),
        ("type", "file".into()),
        ("disableDeletion", true.into()),
        ("allowUiUpdates", false.into()),
        ("updateIntervalSeconds", Yaml::Number(30)),
        ("options", map([("path", DASHBOARDS.into())])),
    ]);
    let yaml = map([("apiVersion", Yaml::Number(1)), ("providers", list([provider]))]);
    document(&format!("Dashboards of {}.", plan.subject.title()), yaml)
}
