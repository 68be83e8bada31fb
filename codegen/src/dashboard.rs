//! Grafana dashboards: of a service, of its functions, errors, objectives, process, metrics and kernels, those
//! that attributes name, and those that a person composed.

mod column;
mod composed;
mod errors;
mod frame;
mod functions;
mod gpu;
mod grafana;
mod label;
mod layout;
mod metrics;
mod named;
mod objectives;
mod options;
mod overview;
mod panel;
mod process;
mod red;
mod requests;
mod service;
mod steps;
#[cfg(feature = "promql")]
pub(crate) mod units;
mod variables;

#[cfg(feature = "promql")]
pub(crate) use named::names;

use crate::calls::Calls;
use crate::plan::Plan;
use crate::query::Select;
use obs_model::Function;
use obs_model::promise::slug;

/// The range that fits the resolution of a graph and the interval of the scrapes.
const RANGE: &str = "$__rate_interval";

/// Every dashboard, by the path of its file.
pub(crate) fn files(plan: &Plan) -> Vec<(String, String)> {
    let boards = [
        overview::board(plan),
        red::board(plan),
        requests::board(plan),
        errors::board(plan),
        objectives::board(plan),
        process::board(plan),
        metrics::board(plan),
        gpu::board(plan),
    ];
    let named = named::boards(plan);
    let composed = composed::boards(plan);
    let package = &plan.subject.package;
    boards
        .into_iter()
        .flatten()
        .chain(named)
        .chain(composed)
        .map(|frame| (format!("dashboards/{package}-{}.json", frame.word), frame.json(plan)))
        .collect()
}

/// The word for a dashboard with a name of its own in file names and identifiers.
pub(crate) fn word(name: &str) -> String {
    slug(name).to_lowercase()
}

/// The functions that share the `function_calls` families, and those with families of their own.
fn counted(plan: &Plan) -> (Vec<&Function>, Vec<&Function>) {
    plan.counted().partition(|function| function.metric.is_none())
}

/// The calls that a service counts as a whole, with a name each: those of the shared families together, and
/// those of each function with families of its own.
fn sides(plan: &Plan) -> Vec<(Calls, String)> {
    let (shared, own) = counted(plan);
    let together = (!shared.is_empty())
        .then(|| (Calls::shared(&plan.subject.crates).on_dashboard(), "functions".to_owned()));
    let own = own.into_iter().map(|function| (Calls::of(function).on_dashboard(), function.name.clone()));
    together.into_iter().chain(own).collect()
}

/// A select of the targets that the variables choose.
fn chosen(name: impl Into<String>) -> Select {
    Select::new(name).like("job", "$job").like("instance", "$instance")
}

#[cfg(test)]
mod tests;
