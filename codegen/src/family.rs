//! What a program with this catalogue exports: the families that queries can ask for.

use crate::devices::Devices;
use crate::plan::Plan;
use obs_model::request::RequestFamily;
use obs_model::{Catalogue, Function, Kind, Label, Requests, Unit};
use std::collections::BTreeMap;

pub mod gpu;

/// Labels that Prometheus and its service discovery put on every series.
///
/// Which of them a deployment has is not written in any source; generated queries use the first two.
pub const TARGET_LABELS: [&str; 9] =
    ["job", "instance", "namespace", "pod", "container", "node", "cluster", "service", "endpoint"];

/// One exported family.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Its full name: that of its samples, save that a histogram's have a suffix each.
    pub name: String,
    /// What kind of instrument it is.
    pub kind: Kind,
    /// What it says.
    pub help: String,
    /// Its unit.
    pub unit: Option<Unit>,
    /// The names of its labels, target labels left out.
    pub labels: Vec<String>,
}

/// Every family that a catalogue gives rise to.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    families: BTreeMap<String, Family>,
}

/// The suffixes of a histogram's samples.
pub const HISTOGRAM_SAMPLES: [&str; 3] = ["_bucket", "_sum", "_count"];

/// What the runtime exports of itself and of the process.
const PROGRAM: [(&str, Kind, &str, &[&str]); 30] = [
    ("build_info", Kind::Gauge, "The build", &["version", "commit", "branch", "service"]),
    ("process_cpu_seconds_total", Kind::Counter, "CPU time", &[]),
    ("process_max_fds", Kind::Gauge, "The limit on open file descriptors", &[]),
    ("process_open_fds", Kind::Gauge, "Open file descriptors", &[]),
    ("process_resident_memory_bytes", Kind::Gauge, "Resident memory", &[]),
    ("process_start_time_seconds", Kind::Gauge, "When the process started", &[]),
    ("process_threads", Kind::Gauge, "Threads", &[]),
    ("process_virtual_memory_bytes", Kind::Gauge, "Virtual memory", &[]),
    ("obs_cells_bytes", Kind::Gauge, "Memory that counts take", &[]),
    ("obs_cells_threads", Kind::Gauge, "The most threads that recorded at one time", &[]),
    ("obs_dropped_updates_total", Kind::Counter, "Updates for which no cells were left", &[]),
    ("obs_export_duration_seconds", Kind::Histogram, "Time to export a batch", &["signal"]),
    ("obs_export_failures_total", Kind::Counter, "Batches that were not taken", &["signal"]),
    ("obs_export_retries_total", Kind::Counter, "Requests that were sent again", &["signal"]),
    ("obs_health_check_duration_seconds", Kind::Gauge, "How long a check took", &["check"]),
    ("obs_health_check_failures_total", Kind::Counter, "How often a check failed", &["check"]),
    ("obs_health_check_up", Kind::Gauge, "Whether a check passed", &["check"]),
    ("obs_http_rejected_total", Kind::Counter, "Connections that were turned away", &["reason"]),
    ("obs_label_overflow_total", Kind::Counter, "Values that became `_other`", &["item", "label"]),
    ("obs_log_dropped_total", Kind::Counter, "Events that were not logged", &["reason"]),
    ("obs_log_events_total", Kind::Counter, "Events that were logged, by level", &["level"]),
    ("obs_log_records_queued", Kind::Gauge, "Logged events that wait to be exported", &[]),
    ("obs_log_records_total", Kind::Counter, "Logged events by what became of their export", &["result"]),
    ("obs_prometheus_conflicts", Kind::Gauge, "Families of the prometheus crate left out", &[]),
    ("obs_registry_conflicts", Kind::Gauge, "Families left out for their name", &[]),
    ("obs_scrape_duration_seconds", Kind::Histogram, "Time to make a page of metrics", &[]),
    ("obs_scrapes_total", Kind::Counter, "Pages of metrics that were made", &["format"]),
    ("obs_span_events_late_total", Kind::Counter, "Events of tasks that came after their span", &[]),
    ("obs_spans_queued", Kind::Gauge, "Spans that wait to be exported", &[]),
    ("obs_spans_total", Kind::Counter, "Spans by what became of them", &["result"]),
];

/// What the runtime exports of objectives, where there are any.
const OBJECTIVES: [(&str, Kind, &str, &[&str]); 4] = [
    ("obs_objective_burn_rate", Kind::Gauge, "How fast the error budget burns", &["objective", "window"]),
    ("obs_objective_calls", Kind::Gauge, "Calls that an objective counts", &["objective", "window"]),
    ("obs_objective_good_ratio", Kind::Gauge, "The share of calls that were good", &["objective", "window"]),
    ("obs_objective_target_ratio", Kind::Gauge, "The share that has to be good", &["objective"]),
];

impl Schema {
    /// The families of a catalogue, and those that every program exports. What is measured of devices is known
    /// [of a plan](Schema::of_plan) only.
    pub fn of(catalogue: &Catalogue) -> Schema {
        Schema::with(catalogue, Devices::None)
    }

    /// The families of a plan's catalogue, of its devices, and those that every program exports.
    pub fn of_plan(plan: &Plan) -> Schema {
        Schema::with(&plan.catalogue, plan.subject.devices)
    }

    fn with(catalogue: &Catalogue, devices: Devices) -> Schema {
        let mut schema = Schema::default();
        schema.program();
        for function in catalogue.functions.iter().filter(|function| function.metrics) {
            match &function.metric {
                None => {
                    schema.calls(function, "function_calls", &["function", "module"], "observed functions");
                }
                Some(prefix) => {
                    schema.calls(function, prefix, &[], &format!("{}::{}", function.module, function.name));
                }
            }
        }
        if catalogue.functions.iter().any(|function| function.metrics) || !catalogue.errors.is_empty() {
            let help = "Errors that left observed functions or were reported, by category";
            schema.add(
                "errors_total",
                Kind::Counter,
                help,
                &["function", "module", "category", "severity"],
                &[],
            );
        }
        let functions = catalogue.functions.iter().filter(|function| function.metrics).map(|f| &f.slo);
        if functions.chain(catalogue.kernels.iter().map(|k| &k.slo)).any(Option::is_some) {
            for (name, kind, help, labels) in OBJECTIVES {
                schema.add(name, kind, help, labels, &[]);
            }
        }
        gpu::add(&mut schema, &catalogue.kernels, devices);
        for metric in &catalogue.metrics {
            schema.add(&metric.name, metric.kind, &metric.help, &[], &metric.labels);
        }
        for RequestFamily { name, kind, help, labels, .. } in
            catalogue.requests.iter().flat_map(Requests::families)
        {
            let labels: Vec<&str> = labels.iter().map(|(_, name)| &**name).collect();
            schema.add(&name, kind, help.trim_end_matches('.'), &labels, &[]);
        }
        schema
    }

    /// Whether a family is the runtime's own.
    pub(crate) fn is_runtimes(name: &str) -> bool {
        PROGRAM.iter().chain(&OBJECTIVES).any(|(known, ..)| *known == name)
    }

    /// What every program exports, whatever its attributes.
    fn program(&mut self) {
        for (name, kind, help, labels) in PROGRAM {
            self.add(name, kind, help, labels, &[]);
        }
    }

    /// The families of an observed function: three, and a fourth where it has a bound for slow calls.
    fn calls(&mut self, function: &Function, prefix: &str, identity: &[&str], of: &str) {
        let with =
            |labels: &[&'static str]| -> Vec<&str> { identity.iter().chain(labels).copied().collect() };
        let own = &function.labels;
        let total = format!("{prefix}_total");
        self.add(&total, Kind::Counter, &format!("Calls of {of}"), &with(&["result", "error_type"]), own);
        let duration = format!("{prefix}_duration_seconds");
        self.add(
            &duration,
            Kind::Histogram,
            &format!("How long calls of {of} take"),
            &with(&["result"]),
            own,
        );
        let concurrent = format!("{prefix}_concurrent");
        self.add(&concurrent, Kind::Gauge, &format!("Calls of {of} in flight"), &with(&[]), &[]);
        if function.slow.is_some() {
            let slow = format!("{prefix}_slow_total");
            self.add(&slow, Kind::Counter, &format!("Calls of {of} over their bound"), &with(&[]), &[]);
        }
    }

    /// Adds a family, or more labels to one that is there: functions with and without labels of their
    /// own share `function_calls_total`.
    fn add(&mut self, name: &str, kind: Kind, help: &str, labels: &[&str], own: &[Label]) {
        let family = self.families.entry(name.to_owned()).or_insert_with(|| Family {
            name: name.to_owned(),
            kind,
            help: help.to_owned(),
            unit: Unit::of(name),
            labels: Vec::new(),
        });
        for label in labels.iter().copied().chain(own.iter().map(|label| label.name.as_str())) {
            if !family.labels.iter().any(|known| known == label) {
                family.labels.push(label.to_owned());
            }
        }
    }

    /// The families, by name.
    pub fn families(&self) -> impl Iterator<Item = &Family> {
        self.families.values()
    }

    /// The labels of the samples that a selector's name asks for; `None` if no family has such samples.
    /// `le` is a label of `_bucket` only.
    pub fn labels(&self, sample: &str) -> Option<Vec<&str>> {
        let (family, suffix) = self.sample(sample)?;
        let le = (suffix == "_bucket").then_some("le");
        Some(family.labels.iter().map(String::as_str).chain(le).collect())
    }

    /// The family of a sample's name, and the suffix that the sample adds to it.
    fn sample<'a>(&self, sample: &'a str) -> Option<(&Family, &'a str)> {
        if let Some(family) = self.families.get(sample) {
            return (family.kind != Kind::Histogram).then_some((family, ""));
        }
        HISTOGRAM_SAMPLES.iter().find_map(|suffix| {
            let family = self.families.get(sample.strip_suffix(suffix)?)?;
            (family.kind == Kind::Histogram).then_some((family, &sample[family.name.len()..]))
        })
    }

    /// Every name that a selector may ask for.
    pub fn samples(&self) -> impl Iterator<Item = String> {
        self.families.values().flat_map(|family| match family.kind {
            Kind::Histogram => {
                HISTOGRAM_SAMPLES.iter().map(|suffix| format!("{}{suffix}", family.name)).collect()
            }
            _ => vec![family.name.clone()],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn functions_share_families_or_have_their_own() {
        let schema = Schema::of(&example::catalogue());
        let labels = schema.labels("function_calls_total").unwrap();
        assert_eq!(labels, ["function", "module", "result", "error_type", "format", "tenant"]);
        assert_eq!(
            schema.labels("function_calls_duration_seconds_bucket").unwrap(),
            ["function", "module", "result", "format", "tenant", "le"]
        );
        assert_eq!(schema.labels("function_calls_concurrent").unwrap(), ["function", "module"]);
        assert_eq!(schema.labels("function_calls_slow_total").unwrap(), ["function", "module"]);
        assert_eq!(schema.labels("checkout_slow_total"), None);
        assert_eq!(schema.labels("checkout_total").unwrap(), ["result", "error_type", "region"]);
        assert_eq!(schema.labels("checkout_concurrent").unwrap(), [""; 0]);
        assert_eq!(schema.labels("db_connections").unwrap(), ["state"]);
    }

    #[test]
    fn requests_have_families_where_they_are_named() {
        let mut catalogue = example::catalogue();
        assert_eq!(Schema::of(&catalogue).labels("http_server_request_duration_seconds_count"), None);
        catalogue.requests = example::requests();
        let schema = Schema::of(&catalogue);
        let labels = schema.labels("http_server_request_duration_seconds_bucket").unwrap();
        assert!(labels.contains(&"http_route") && labels.contains(&"le"), "{labels:?}");
        assert_eq!(
            schema.labels("http_server_active_requests").unwrap(),
            ["http_request_method", "url_scheme"]
        );
        assert!(schema.labels("edge_http_client_requests_total").unwrap().contains(&"server_address"));
    }

    #[test]
    fn a_histogram_has_samples_only_with_a_suffix() {
        let schema = Schema::of(&example::catalogue());
        assert_eq!(schema.labels("function_calls_duration_seconds"), None);
        assert_eq!(schema.labels("function_calls_total_count"), None);
        assert!(schema.samples().any(|sample| sample == "schema_size_bytes_sum"));
        assert!(schema.samples().all(|sample| schema.labels(&sample).is_some()));
    }
}
