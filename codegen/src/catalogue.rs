//! Reading a catalogue back from the JSON that [`Catalogue::to_json`] writes.

mod kernel;
mod requests;
mod value;

use kernel::KernelJson;
use obs_model::{
    Catalogue, Category, ErrorType, Function, Kind, Label, Latency, Metric, Percent, Place, Severity, Slo,
    Source, SpanKind, Unit,
};
use requests::RequestsJson;
use serde::Deserialize;
use std::time::Duration;
use value::{kind, optional_percent, optional_seconds, percent, seconds, severity, source, span_kind, unit};

/// Reads a catalogue.
///
/// # Errors
///
/// What is wrong, with its line and column in the JSON.
///
/// ```
/// let catalogue = obs_codegen::catalogue::from_json(&obs_model::Catalogue::default().to_json());
/// assert_eq!(catalogue, Ok(obs_model::Catalogue::default()));
/// ```
pub fn from_json(text: &str) -> Result<Catalogue, String> {
    let read: All = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(from_all(read))
}

pub(crate) fn from_all(read: All) -> Catalogue {
    Catalogue {
        functions: list(read.functions),
        metrics: list(read.metrics),
        kernels: list(read.kernels),
        errors: list(read.errors),
        requests: list(read.requests),
    }
}

fn list<A: Into<B>, B>(items: Vec<A>) -> Vec<B> {
    items.into_iter().map(Into::into).collect()
}

// `obs-model` has no dependencies, so serde's derives stand on twins of its types.

/// A catalogue as it is written.
#[derive(Deserialize)]
pub(crate) struct All {
    functions: Vec<FunctionJson>,
    metrics: Vec<MetricJson>,
    /// Catalogues that were written before there were kernels have none.
    #[serde(default)]
    kernels: Vec<KernelJson>,
    errors: Vec<ErrorTypeJson>,
    /// Left out where there are none.
    #[serde(default)]
    requests: Vec<RequestsJson>,
}

#[derive(Deserialize)]
struct FunctionJson {
    name: String,
    module: String,
    place: PlaceJson,
    help: String,
    metric: Option<String>,
    labels: Vec<LabelJson>,
    buckets: Vec<f64>,
    is_async: bool,
    #[serde(deserialize_with = "optional_seconds")]
    slow: Option<Duration>,
    slo: Option<SloJson>,
    runbook: Option<String>,
    dashboard: Option<String>,
    #[serde(deserialize_with = "span_kind")]
    kind: SpanKind,
    level: String,
    target: String,
    fields: Vec<String>,
    spans: bool,
    metrics: bool,
}

impl From<FunctionJson> for Function {
    fn from(f: FunctionJson) -> Function {
        Function {
            name: f.name,
            module: f.module,
            place: f.place.into(),
            help: f.help,
            metric: f.metric,
            labels: list(f.labels),
            buckets: f.buckets,
            is_async: f.is_async,
            slow: f.slow,
            slo: f.slo.map(Into::into),
            runbook: f.runbook,
            dashboard: f.dashboard,
            kind: f.kind,
            level: f.level,
            target: f.target,
            fields: f.fields,
            spans: f.spans,
            metrics: f.metrics,
        }
    }
}

#[derive(Deserialize)]
struct MetricJson {
    name: String,
    #[serde(deserialize_with = "kind")]
    kind: Kind,
    help: String,
    #[serde(deserialize_with = "unit")]
    unit: Option<Unit>,
    labels: Vec<LabelJson>,
    buckets: Vec<f64>,
    #[serde(deserialize_with = "source")]
    source: Source,
    module: String,
    place: PlaceJson,
    dashboard: Option<String>,
}

impl From<MetricJson> for Metric {
    fn from(m: MetricJson) -> Metric {
        Metric {
            name: m.name,
            kind: m.kind,
            help: m.help,
            unit: m.unit,
            labels: list(m.labels),
            buckets: m.buckets,
            source: m.source,
            module: m.module,
            place: m.place.into(),
            dashboard: m.dashboard,
        }
    }
}

#[derive(Deserialize)]
struct ErrorTypeJson {
    name: String,
    module: String,
    place: PlaceJson,
    categories: Vec<CategoryJson>,
}

impl From<ErrorTypeJson> for ErrorType {
    fn from(e: ErrorTypeJson) -> ErrorType {
        ErrorType { name: e.name, module: e.module, place: e.place.into(), categories: list(e.categories) }
    }
}

#[derive(Deserialize)]
struct CategoryJson {
    variant: String,
    name: String,
    #[serde(deserialize_with = "severity")]
    severity: Severity,
    #[serde(deserialize_with = "optional_seconds")]
    retry_after: Option<Duration>,
    action: Option<String>,
    runbook: Option<String>,
}

impl From<CategoryJson> for Category {
    fn from(c: CategoryJson) -> Category {
        let CategoryJson { variant, name, severity, retry_after, action, runbook } = c;
        Category { variant, name, severity, retry_after, action, runbook }
    }
}

#[derive(Deserialize)]
struct LabelJson {
    name: String,
    cap: Option<u32>,
    #[serde(default)]
    values: Vec<String>,
}

impl From<LabelJson> for Label {
    fn from(LabelJson { name, cap, values }: LabelJson) -> Label {
        Label { name, cap, values }
    }
}

#[derive(Deserialize)]
struct SloJson {
    name: Option<String>,
    #[serde(deserialize_with = "optional_percent")]
    success: Option<Percent>,
    latency: Vec<LatencyJson>,
    #[serde(deserialize_with = "seconds")]
    window: Duration,
    min_events: Option<u64>,
}

impl From<SloJson> for Slo {
    fn from(s: SloJson) -> Slo {
        let SloJson { name, success, latency, window, min_events } = s;
        Slo { success, latency: list(latency), window, min_events, name }
    }
}

#[derive(Deserialize)]
struct LatencyJson {
    #[serde(deserialize_with = "seconds")]
    bound: Duration,
    #[serde(deserialize_with = "percent")]
    share: Percent,
}

impl From<LatencyJson> for Latency {
    fn from(LatencyJson { bound, share }: LatencyJson) -> Latency {
        Latency { bound, share }
    }
}

#[derive(Deserialize)]
struct PlaceJson {
    file: String,
    /// Left out of committed catalogues, which would otherwise change with every line above.
    #[serde(default)]
    line: u32,
    #[serde(default)]
    column: u32,
}

impl From<PlaceJson> for Place {
    fn from(PlaceJson { file, line, column }: PlaceJson) -> Place {
        Place { file, line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn what_is_written_reads_back() {
        let mut catalogue = example::catalogue();
        assert!(!catalogue.to_json().contains("requests"), "most programs have none");
        assert_eq!(from_json(&catalogue.to_json()).unwrap(), catalogue);
        catalogue.requests = example::requests();
        assert_eq!(from_json(&catalogue.to_json()).unwrap(), catalogue);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let json = example::catalogue().to_json();
        let error = from_json(&json.replace("\"critical\"", "\"awful\"")).unwrap_err();
        assert!(
            error.starts_with(
                "expected one of recoverable, degraded, critical, fatal; found \"awful\" at line"
            )
        );
        assert!(from_json("{}").unwrap_err().contains("functions"));
    }
}
