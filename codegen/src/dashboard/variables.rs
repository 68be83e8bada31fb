//! The choices at the top of a dashboard.

use super::counted;
use super::grafana::{Choice, Datasource, Variable};
use super::metrics::any_sample;
use crate::calls::{Calls, modules};
use crate::launches::Launches;
use crate::plan::Plan;
use crate::query::Select;
use obs_model::Kernel;

/// The Prometheus to ask.
pub(super) fn datasource() -> Variable {
    source("datasource", "Data source", "prometheus")
}

/// The Jaeger that links to traces lead to.
pub(super) fn traces() -> Variable {
    source("traces", "Traces", "jaeger")
}

/// The Loki that lines come from.
pub(super) fn logs() -> Variable {
    source("logs", "Logs", "loki")
}

fn source(name: &str, label: &str, kind: &str) -> Variable {
    Variable {
        name: name.to_owned(),
        label: label.to_owned(),
        kind: "datasource",
        datasource: None,
        query: kind.to_owned(),
        include_all: false,
        multi: false,
        all_value: None,
        current: None,
        refresh: 1,
        sort: 1,
    }
}

/// The values of a label of `select`, several at once. All of them are chosen at first: one by one, or as
/// the expression `all`.
pub(super) fn label(
    name: impl Into<String>,
    title: impl Into<String>,
    select: &str,
    all: Option<&str>,
) -> Variable {
    let name = name.into();
    Variable {
        query: format!("label_values({select}, {name})"),
        name,
        label: title.into(),
        kind: "query",
        datasource: Some(Datasource::CHOSEN),
        include_all: true,
        multi: true,
        all_value: all.map(str::to_owned),
        current: Some(Choice { text: "All".to_owned(), value: "$__all".to_owned() }),
        refresh: 2,
        sort: 1,
    }
}

/// One of these values, each under a text of its own; the first at first.
pub(super) fn values(name: &str, values: &[(String, String)]) -> Variable {
    let each: Vec<String> = values.iter().map(|(text, value)| format!("{text} : {value}")).collect();
    let first = values.first().map(|(text, value)| Choice { text: text.clone(), value: value.clone() });
    Variable {
        name: name.to_owned(),
        label: name.to_owned(),
        kind: "custom",
        datasource: None,
        query: each.join(", "),
        include_all: false,
        multi: false,
        all_value: None,
        current: first,
        refresh: 0,
        sort: 0,
    }
}

/// Data source, job and instance.
pub(super) fn targets(plan: &Plan) -> Vec<Variable> {
    let anchor = anchor(plan);
    let here = anchor.clone().like("job", "$job");
    vec![
        datasource(),
        // One by one: all jobs that run this package, not all jobs there are.
        label("job", "Job", &anchor.to_string(), None),
        label("instance", "Instance", &here.to_string(), Some(".*")),
    ]
}

/// Module and function, of those that share the `function_calls` families.
pub(super) fn functions(plan: &Plan) -> [Variable; 2] {
    let here = anchor(plan).like("job", "$job").like("instance", "$instance");
    let ours = modules(&plan.subject.crates);
    [
        label("module", "Module", &here.to_string(), Some(&ours)),
        label("function", "Function", &here.like("module", "$module").to_string(), Some(".*")),
    ]
}

/// The devices, of those that are known by the timing of kernels, or else of those that are measured.
pub(super) fn device(timed: bool) -> Variable {
    let name = if timed { "gpu_device_info" } else { "hw_gpu_memory_limit_bytes" };
    label("device", "Device", &super::chosen(name).to_string(), Some(".*"))
}

/// The kernels of this package.
pub(super) fn kernel(kernels: &[&Kernel]) -> Variable {
    let all = Launches::any(kernels).on_dashboard().total().like("device", "$device");
    label("kernel", "Kernel", &all.to_string(), None)
}

/// Whatever this package exports tells its jobs from those of other programs.
fn anchor(plan: &Plan) -> Select {
    let (shared, own) = counted(plan);
    let kernels: Vec<&Kernel> = plan.catalogue.kernels.iter().collect();
    match (own.first(), plan.catalogue.metrics.first()) {
        _ if !shared.is_empty() => Calls::shared(&plan.subject.crates).total(),
        (Some(function), _) => Calls::of(function).total(),
        (None, Some(metric)) => Select::new(any_sample(metric)),
        (None, None) if !kernels.is_empty() => Launches::any(&kernels).total(),
        (None, None) => Select::new("build_info").eq("service", &plan.subject.service),
    }
}
