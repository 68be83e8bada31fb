//! Grafana dashboards, from a catalogue.

mod functions;
mod grafana;
mod layout;
mod metrics;
mod objectives;
mod panel;
mod service;
mod variables;

use crate::calls::{Calls, modules};
use crate::plan::Plan;
use crate::query::Select;
use crate::subject::{Board, Subject};
use grafana::{Dashboard, SCHEMA_VERSION, Templating, TimeRange, Variable};
use layout::{Section, lay_out};
use obs_model::{Catalogue, Function};

/// The range that fits the resolution of a graph and the interval of the scrapes.
const RANGE: &str = "$__rate_interval";

/// Every dashboard, by the path of its file.
pub(crate) fn files(plan: &Plan) -> Vec<(String, String)> {
    let package = &plan.subject.package;
    vec![(format!("dashboards/{package}-red.json"), red(&plan.catalogue, &plan.subject))]
}

/// The dashboard of a package: rate, errors and duration of what it observes, and its own metrics.
fn red(catalogue: &Catalogue, subject: &Subject) -> String {
    let uid = subject.uid(Board::Red.as_str());
    let counted: Vec<&Function> = catalogue.functions.iter().filter(|function| function.metrics).collect();
    let (shared, own): (Vec<&Function>, Vec<&Function>) =
        counted.iter().partition(|function| function.metric.is_none());

    let mut sections = Vec::new();
    if !shared.is_empty() {
        sections.extend(service::sections(catalogue, &shared));
        sections.push(functions::table(&uid));
    }
    sections.push(objectives::section(&counted));
    sections.push(functions::labels(&counted));
    sections.extend(own.iter().map(|function| functions::own(function)));
    sections.push(metrics::section(&catalogue.metrics));

    let dashboard = Dashboard {
        uid,
        title: format!("{}: rate, errors, duration", subject.title()),
        description: format!(
            "What {} measures of itself. Generated from its source; edit the attributes there instead.",
            subject.title()
        ),
        tags: vec!["obs".to_owned(), subject.service.clone()],
        editable: false,
        graph_tooltip: 1,
        refresh: "30s",
        schema_version: SCHEMA_VERSION,
        time: TimeRange { from: "now-1h", to: "now" },
        timezone: "browser",
        templating: Templating { list: variables(catalogue, subject, !shared.is_empty()) },
        panels: lay_out(sections),
    };
    // Only a map with keys that are no strings, or a failing `Serialize`, could fail; there is neither.
    let mut json = serde_json::to_string_pretty(&dashboard).unwrap_or_default();
    json.push('\n');
    json
}

/// Data source, job and instance; module and function where there are functions to choose from.
fn variables(catalogue: &Catalogue, subject: &Subject, shared: bool) -> Vec<Variable> {
    let ours = modules(&subject.crates);
    // Whatever this package exports tells its jobs from those of other programs.
    let anchor =
        match (catalogue.functions.iter().find(|function| function.metrics), catalogue.metrics.first()) {
            _ if shared => Calls::shared(&subject.crates).total(),
            (Some(function), _) => Calls::of(function).total(),
            (None, Some(metric)) => Select::new(metrics::any_sample(metric)),
            (None, None) => Select::new("build_info"),
        };
    let here = anchor.clone().like("job", "$job");
    let mut list = vec![
        variables::datasource(),
        // One by one: all jobs that run this package, not all jobs there are.
        variables::label("job", "Job", &anchor, None),
        variables::label("instance", "Instance", &here, Some(".*")),
    ];
    if shared {
        let here = here.like("instance", "$instance");
        list.push(variables::label("module", "Module", &here, Some(&ours)));
        list.push(variables::label("function", "Function", &here.like("module", "$module"), Some(".*")));
    }
    list
}

/// A select of the targets that the variables choose.
fn chosen(name: impl Into<String>) -> Select {
    Select::new(name).like("job", "$job").like("instance", "$instance")
}

#[cfg(test)]
mod tests;
