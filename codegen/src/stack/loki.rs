//! Loki, with one copy of everything on one disk.

use super::{LOKI, document};
use crate::plan::Plan;
use crate::yaml::{Yaml, list, map};

pub(super) fn config(plan: &Plan) -> String {
    let schema = map([
        ("from", "2024-04-01".into()),
        ("store", "tsdb".into()),
        ("object_store", "filesystem".into()),
        ("schema", "v13".into()),
        ("index", map([("prefix", "index_".into()), ("period", "24h".into())])),
    ]);
    let yaml = map([
        ("auth_enabled", false.into()),
        ("server", map([("http_listen_port", LOKI.port.into())])),
        (
            "common",
            map([
                ("path_prefix", "/loki".into()),
                ("replication_factor", Yaml::Number(1)),
                ("ring", map([("kvstore", map([("store", "inmemory".into())]))])),
                (
                    "storage",
                    map([(
                        "filesystem",
                        map([
                            ("chunks_directory", "/loki/chunks".into()),
                            ("rules_directory", "/loki/rules".into()),
                        ]),
                    )]),
                ),
            ]),
        ),
        ("schema_config", map([("configs", list([schema]))])),
        ("limits_config", map([("retention_period", "168h".into())])),
        (
            "compactor",
            map([
                ("working_directory", "/loki/compactor".into()),
                ("retention_enabled", true.into()),
                ("delete_request_store", "filesystem".into()),
            ]),
        ),
        ("analytics", map([("reporting_enabled", false.into())])),
    ]);
    document(&format!("Logs of {}.", plan.subject.title()), yaml)
}
