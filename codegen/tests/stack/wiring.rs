//! Whether the files of a stack agree with each other: who mounts what, who asks whom, who chooses whom.

use crate::yaml;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Every disagreement, in words.
pub(crate) fn problems(root: &Path) -> Vec<String> {
    let mut stack = Wiring { root, problems: Vec::new() };
    let compose = stack.yaml("stack/compose.yaml");
    stack.compose(&compose);
    stack.prometheus(&compose);
    stack.addresses(&compose);
    stack.grafana(&compose);
    stack.kubernetes();
    stack.problems
}

struct Wiring<'a> {
    root: &'a Path,
    problems: Vec<String>,
}

impl Wiring<'_> {
    fn text(&mut self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| {
            self.problems.push(format!("{path}: {error}"));
            String::new()
        })
    }

    fn yaml(&mut self, path: &str) -> Value {
        let text = self.text(path);
        yaml::read(&text).unwrap_or_else(|error| {
            self.problems.push(format!("{path}: {error}"));
            Value::Null
        })
    }

    fn must(&mut self, holds: bool, otherwise: impl Into<String>) {
        if !holds {
            self.problems.push(otherwise.into());
        }
    }

    /// The services by themselves: images, ports, mounts, health, dependencies.
    fn compose(&mut self, compose: &Value) {
        let mut ports = BTreeSet::new();
        for (name, service) in entries(&compose["services"]) {
            let image = text(&service["image"]);
            let version = image.rsplit_once(':').map_or("", |(_, version)| version);
            let pinned = version.trim_start_matches('v').split('.').count() == 3
                && version.trim_start_matches('v').chars().all(|c| c.is_ascii_digit() || c == '.');
            self.must(pinned, format!("{name}: {image} is not pinned to a version"));
            self.must(strings(&service["healthcheck"]["test"]).len() > 1, format!("{name}: no healthcheck"));
            for port in strings(&service["ports"]) {
                let host = port.split(':').nth(1).unwrap_or_default().to_owned();
                self.must(port.starts_with("127.0.0.1:"), format!("{name}: {port} is not on loopback"));
                self.must(ports.insert(host.clone()), format!("{name}: port {host} twice"));
            }
            for other in strings(&service["depends_on"]) {
                self.must(!compose["services"][&other].is_null(), format!("{name}: no service {other}"));
            }
            for volume in strings(&service["volumes"]) {
                let source = volume.split(':').next().unwrap_or_default();
                let there = match source {
                    path if path.starts_with('/') => true,
                    path if path.starts_with('.') => self.root.join("stack").join(path).exists(),
                    named => !compose["volumes"][named].is_null(),
                };
                self.must(there, format!("{name}: {source} is not there"));
            }
            for file in strings(&service["command"]).iter().filter_map(|word| word.split('=').next_back()) {
                if file.ends_with(".yml") || file.ends_with(".yaml") || file.ends_with(".alloy") {
                    let here = self.outside(service, file).is_some_and(|path| path.is_file());
                    self.must(here, format!("{name}: nothing is mounted at {file}"));
                }
            }
        }
    }

    /// Where a path in a container is here.
    fn outside(&self, service: &Value, path: &str) -> Option<std::path::PathBuf> {
        strings(&service["volumes"]).iter().find_map(|volume| {
            let (source, inside) = volume.split_once(':')?;
            let inside = inside.trim_end_matches(":ro");
            let rest = path.strip_prefix(inside)?;
            let below = source.starts_with('.') && (rest.is_empty() || rest.starts_with('/'));
            below.then(|| self.root.join("stack").join(source).join(rest.trim_start_matches('/')))
        })
    }

    fn prometheus(&mut self, compose: &Value) {
        let prometheus = self.yaml("stack/prometheus/prometheus.yml");
        let flags = strings(&compose["services"]["prometheus"]["command"]);
        let stores = flags.iter().any(|flag| flag == "--enable-feature=exemplar-storage");
        let wanted = !prometheus["storage"]["exemplars"].is_null();
        self.must(stores == wanted, "exemplar storage is configured in one place only");
        for job in array(&prometheus["scrape_configs"]) {
            for files in array(&job["file_sd_configs"]).iter().flat_map(|config| strings(&config["files"])) {
                let there = self.root.join("stack/prometheus").join(&files).is_file();
                self.must(there, format!("prometheus.yml: no {files}"));
            }
        }
        let hosts = strings(&compose["services"]["prometheus"]["extra_hosts"]);
        let reached = hosts.iter().any(|host| host.starts_with("host.docker.internal:"));
        self.must(reached, "prometheus does not know host.docker.internal");
    }

    /// Whoever is asked for is a service, and listens there.
    fn addresses(&mut self, compose: &Value) {
        // Where each listens: what it says of its health tells it, or its own configuration.
        let loki = self.yaml("stack/loki/loki.yaml")["server"]["http_listen_port"].to_string();
        let listens = |name: &str, port: &str| {
            let health = strings(&compose["services"][name]["healthcheck"]["test"]).join(" ");
            let own = match name {
                "loki" => loki == port,
                // Its pages and its metrics have ports of their own.
                "jaeger" => ["16686", "8888"].contains(&port),
                _ => health.contains(&format!("127.0.0.1:{port}/")) || health.ends_with(&format!("/{port}")),
            };
            !compose["services"][name].is_null() && own
        };
        for path in [
            "stack/prometheus/prometheus.yml",
            "stack/grafana/provisioning/datasources/obs.yaml",
            "stack/alloy/config.alloy",
        ] {
            let text = self.text(path);
            for word in text.split(['"', '/', ' ']).filter(|word| !word.contains("docker")) {
                let Some((name, port)) = word.split_once(':') else { continue };
                let number = !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
                if number && name.starts_with(|c: char| c.is_ascii_lowercase()) {
                    self.must(listens(name, port), format!("{path}: nobody listens at {word}"));
                }
            }
        }
    }

    fn grafana(&mut self, compose: &Value) {
        let provisioning = self.yaml("stack/grafana/provisioning/datasources/obs.yaml");
        let sources = array(&provisioning["datasources"]);
        let uids: Vec<&str> = sources.iter().map(|source| text(&source["uid"])).collect();
        for source in sources {
            for key in ["name", "uid", "type", "access", "url"] {
                self.must(source[key].is_string(), format!("a data source has no {key}"));
            }
        }
        let default = |source: &&Value| source["isDefault"] == true && source["type"] == "prometheus";
        self.must(sources.iter().filter(default).count() == 1, "Prometheus is not the default");
        let exemplars = sources.iter().flat_map(|s| array(&s["jsonData"]["exemplarTraceIdDestinations"]));
        self.must(
            exemplars.clone().any(|to| to["name"] == "trace_id"),
            "no exemplar leads from its trace_id",
        );
        for uid in found(&provisioning, &["datasourceUid", "alertmanagerUid"]) {
            self.must(uids.contains(&uid.as_str()), format!("no data source {uid}"));
        }
        let providers = self.yaml("stack/grafana/provisioning/dashboards/obs.yaml");
        for provider in array(&providers["providers"]) {
            let path = text(&provider["options"]["path"]);
            let here = self.outside(&compose["services"]["grafana"], path);
            self.must(
                here.is_some_and(|here| here.is_dir()),
                format!("grafana: nothing is mounted at {path}"),
            );
        }
        for path in files(&self.root.join("dashboards"), "json") {
            let dashboard = self.text(&format!("dashboards/{path}"));
            let dashboard: Value = serde_json::from_str(&dashboard).unwrap_or_default();
            for uid in dashboards_sources(&dashboard) {
                let known = uids.contains(&uid.as_str()) || uid.starts_with('$') || uid == "-- Grafana --";
                self.must(known, format!("dashboards/{path}: no data source {uid}"));
            }
        }
    }

    fn kubernetes(&mut self) {
        let kustomization = self.yaml("kustomization.yaml");
        let maps = array(&kustomization["configMapGenerator"]);
        let dashboards: BTreeSet<String> = maps.iter().flat_map(|map| strings(&map["files"])).collect();
        for path in strings(&kustomization["resources"]).iter().chain(&dashboards) {
            self.must(self.root.join(path).is_file(), format!("kustomization.yaml: no {path}"));
        }
        for path in files(&self.root.join("dashboards"), "json") {
            self.must(
                dashboards.contains(&format!("dashboards/{path}")),
                format!("{path} is in no config map"),
            );
        }
        let label = &kustomization["generatorOptions"]["labels"]["grafana_dashboard"];
        self.must(label == "1", "config maps have no label grafana_dashboard");

        let mut manifests = Vec::new();
        for path in files(&self.root.join("stack/kubernetes"), "yaml") {
            let path = format!("stack/kubernetes/{path}");
            let manifest = self.yaml(&path);
            let kind = text(&manifest["kind"]).to_owned();
            let version = match kind.as_str() {
                "Deployment" => "apps/v1",
                "Service" => "v1",
                "ServiceMonitor" | "PrometheusRule" => "monitoring.coreos.com/v1",
                _ => "",
            };
            self.must(!version.is_empty(), format!("{path}: kind {kind}"));
            self.must(manifest["apiVersion"] == version, format!("{path}: apiVersion of a {kind}"));
            let name = text(&manifest["metadata"]["name"]);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            self.must(
                !name.is_empty() && name.len() < 64 && name.chars().all(plain),
                format!("{path}: name {name}"),
            );
            if kind == "PrometheusRule" {
                let of = path.replace("stack/kubernetes/prometheusrule-", "rules/").replace(".yaml", ".yml");
                let rules = self.yaml(&of);
                self.must(manifest["spec"] == rules, format!("{path} is not {of}"));
            }
            manifests.push((kind, manifest));
        }
        let of =
            |kind: &str| manifests.iter().find(|(k, _)| k == kind).map_or(Value::Null, |(_, m)| m.clone());
        let (deployment, service, monitor) = (of("Deployment"), of("Service"), of("ServiceMonitor"));
        let pods = &deployment["spec"]["template"];
        let chooses = |selector: &Value, labels: &Value| {
            !entries(selector).is_empty()
                && entries(selector).iter().all(|(key, value)| &labels[key] == *value)
        };
        let labels = &pods["metadata"]["labels"];
        self.must(
            chooses(&deployment["spec"]["selector"]["matchLabels"], labels),
            "the deployment's selector",
        );
        self.must(chooses(&service["spec"]["selector"], labels), "the service's selector");
        let chosen = chooses(&monitor["spec"]["selector"]["matchLabels"], &service["metadata"]["labels"]);
        self.must(chosen, "the monitor's selector");

        let container = &pods["spec"]["containers"][0];
        let port = &container["ports"][0];
        self.must(port["containerPort"] == 9464, "the container's port is not 9464");
        self.must(service["spec"]["ports"][0]["targetPort"] == port["name"], "the service's target port");
        let named = service["spec"]["ports"][0]["name"] == monitor["spec"]["endpoints"][0]["port"];
        self.must(named, "the monitor's port is none of the service's");
        // The operator gives targets labels such as `service`, which `build_info` has as well: alerts look for that.
        let honest = monitor["spec"]["endpoints"][0]["honorLabels"] == true;
        self.must(honest, "the operator's label service hides that of build_info");
        for (probe, path) in [("livenessProbe", "/health/live"), ("readinessProbe", "/health/ready")] {
            let get = &container[probe]["httpGet"];
            self.must(
                get["path"] == path && get["port"] == port["name"],
                format!("{probe} is not at {path}"),
            );
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn strings(value: &Value) -> Vec<String> {
    array(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn entries(value: &Value) -> Vec<(&String, &Value)> {
    value.as_object().into_iter().flatten().collect()
}

/// The strings under some keys, wherever they are.
fn found(value: &Value, keys: &[&str]) -> Vec<String> {
    let below = array(value).iter().chain(entries(value).into_iter().map(|(_, value)| value));
    let here = entries(value).into_iter().filter(|(key, _)| keys.contains(&key.as_str()));
    here.filter_map(|(_, value)| value.as_str().map(str::to_owned))
        .chain(below.flat_map(|v| found(v, keys)))
        .collect()
}

/// The data sources that a dashboard asks.
fn dashboards_sources(value: &Value) -> Vec<String> {
    let mut uids = Vec::new();
    if let Some(uid) = value["datasource"]["uid"].as_str() {
        uids.push(uid.to_owned());
    }
    let below = array(value).iter().chain(entries(value).into_iter().map(|(_, value)| value));
    uids.extend(below.flat_map(dashboards_sources));
    uids
}

/// The names of the files of a directory with an extension.
fn files(directory: &Path, extension: &str) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let wanted = entries.filter(|path| path.extension().is_some_and(|e| e == extension));
    let mut names: Vec<String> =
        wanted.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}
