//! The service as a whole, then its functions side by side.

use super::RANGE;
use super::frame::{other, traces};
use super::layout::Section;
use super::panel::{Panel, Threshold, Visual};
use crate::calls::{Calls, IDENTITY};
use crate::plan::Plan;
use crate::query::Query;
use crate::subject::{Board, Subject};
use obs_model::duration::display;
use obs_model::{Function, Latency, Percent};
use std::time::Duration;

const LEGEND: &str = "{{module}}::{{function}}";

/// Rows about the functions that share the `function_calls` families.
pub(super) fn sections(plan: &Plan, functions: &[&Function]) -> Vec<Section> {
    let calls = Calls::chosen();
    let strictest = strictest(functions);
    vec![
        Section::new("Service", stats(&calls, functions)),
        Section::new("Rate", rate(&calls)),
        Section::new("Errors", errors(&calls, plan, functions, strictest.0)),
        Section::new("Duration", duration(&calls, functions, &plan.subject)),
        Section::new("In flight", in_flight(&calls)),
    ]
}

/// The highest share of successes that any of the functions promises, and the tightest latency of one that is
/// alone: what a fast function promises says nothing about the calls of all.
pub(super) fn strictest(functions: &[&Function]) -> (Option<Percent>, Option<Latency>) {
    let slos = || functions.iter().filter_map(|function| function.slo.as_ref());
    let success = slos().filter_map(|slo| slo.success).max();
    let latency = slos().flat_map(|slo| slo.latency.iter().copied()).min_by_key(|latency| latency.bound);
    let latency = latency.filter(|_| functions.len() == 1);
    (success, latency)
}

/// The functions by the bounds of their buckets.
fn layouts<'a>(functions: &[&'a Function]) -> Vec<Vec<&'a Function>> {
    let mut layouts: Vec<Vec<&Function>> = Vec::new();
    for &function in functions {
        match layouts.iter_mut().find(|layout| layout[0].buckets == function.buckets) {
            Some(layout) => layout.push(function),
            None => layouts.push(vec![function]),
        }
    }
    layouts
}

/// A quantile of the durations of all calls. Buckets with different bounds cannot be added up: where functions
/// have such, it is that of the slowest function.
pub(super) fn quantile(calls: &Calls, functions: &[&Function], quantile: &str) -> Query {
    match layouts(functions).len() {
        0 | 1 => calls.buckets(RANGE, &[]).quantile(quantile),
        _ => calls.buckets(RANGE, &IDENTITY).quantile(quantile).max(&[]),
    }
}

/// Whose durations [`quantile`] tells, where it is not those of all together.
pub(super) fn whose(functions: &[&Function]) -> &'static str {
    match layouts(functions).len() {
        0 | 1 => "",
        _ => "Of the slowest function: their buckets differ, and cannot be added up.",
    }
}

/// Rate, error ratio, latency and calls in flight, as four numbers.
pub(super) fn stats(calls: &Calls, functions: &[&Function]) -> Vec<Panel> {
    let (success, latency) = strictest(functions);
    let slowest = latency.map(|latency| Threshold::AtMost(latency.bound.as_secs_f64()));
    vec![
        Panel::new(Visual::Stat, "Calls", "ops")
            .describe("Calls a second, of these functions together.")
            .query(calls.total().rate(RANGE).sum(&[]).or_zero(), "calls"),
        Panel::new(Visual::Stat, "Error ratio", "percentunit")
            .describe("The share of calls that ended in an error or a panic.")
            .describe(success.map_or(String::new(), |p| format!("Red above the strictest budget, 1 - {p}.")))
            .threshold(success.map(budget))
            .or_else("no calls")
            .query(calls.error_ratio(RANGE, &[]), "errors"),
        Panel::new(Visual::Stat, "p99", "s")
            .describe("99 of 100 calls took at most this long.")
            .describe(whose(functions))
            .describe(latency.map_or(String::new(), |l| {
                format!("Red above the tightest objective, {}.", display(l.bound))
            }))
            .threshold(slowest)
            .or_else("no calls")
            .query(quantile(calls, functions, "0.99"), "p99"),
        Panel::new(Visual::Stat, "In flight", "short")
            .describe("Calls that are running.")
            .query(calls.in_flight().now().sum(&[]).or_zero(), "in flight"),
    ]
}

fn rate(calls: &Calls) -> Vec<Panel> {
    vec![
        Panel::new(Visual::TimeSeries, "Calls by function", "ops")
            .describe("Calls a second.")
            .query(calls.total().rate(RANGE).sum(&IDENTITY), LEGEND),
        Panel::new(Visual::TimeSeries, "Calls by result", "ops")
            .describe("Calls a second by how they ended: ok, error, cancelled (dropped before completion) or panic.")
            .query(calls.total().rate(RANGE).sum(&["result"]), "{{result}}"),
    ]
}

fn errors(calls: &Calls, plan: &Plan, functions: &[&Function], success: Option<Percent>) -> Vec<Panel> {
    let mut panels = vec![
        Panel::new(Visual::TimeSeries, "Error ratio by function", "percentunit")
            .describe("The share of each function's calls that ended in an error or a panic.")
            .threshold(success.map(budget))
            .data_link("Traces of this function", traces(&plan.subject, "${__field.labels.function}"))
            .query(calls.error_ratio(RANGE, &IDENTITY), LEGEND),
    ];
    if !plan.catalogue.errors.is_empty() {
        panels.push(
            Panel::new(Visual::TimeSeries, "Failed calls by error type", "ops")
                .describe(
                    "Failed calls a second by the category of their error; _OTHER is an error without one.",
                )
                .data_link("Errors of this service", other(&plan.subject, Board::Errors, &[]))
                .query(
                    calls
                        .total()
                        .eq("result", "error")
                        .rate(RANGE)
                        .sum(&["error_type"])
                        .or_none(&["error_type"]),
                    "{{error_type}}",
                ),
        );
    }
    let unfinished =
        if functions.iter().any(|f| f.is_async) { "Cancelled and panicked calls" } else { "Panicked calls" };
    panels.push(
        Panel::new(Visual::TimeSeries, unfinished, "ops")
            .describe(
                "Calls a second that did not run to their end. A cancelled call was dropped by its caller.",
            )
            .query(
                calls
                    .total()
                    .like("result", "cancelled|panic")
                    .rate(RANGE)
                    .sum(&["function", "module", "result"])
                    .or_none(&["result"]),
                "{{module}}::{{function}} {{result}}",
            ),
    );
    panels
}

fn duration(calls: &Calls, functions: &[&Function], subject: &Subject) -> Vec<Panel> {
    let traces = traces(subject, "${__field.labels.function}");
    let quantile = |q: &str| quantile(calls, functions, q);
    let panels = vec![
        Panel::new(Visual::TimeSeries, "Duration", "s")
            .describe("How long half, 95 of 100 and 99 of 100 calls took at most. Points are traces.")
            .describe(whose(functions))
            .exemplars()
            .query(quantile("0.5"), "p50")
            .query(quantile("0.95"), "p95")
            .query(quantile("0.99"), "p99"),
        Panel::new(Visual::TimeSeries, "p99 by function", "s")
            .describe("99 of 100 calls of each function took at most this long. Points are traces.")
            .exemplars()
            .data_link("Traces of this function", traces)
            .query(calls.buckets(RANGE, &IDENTITY).quantile("0.99"), LEGEND),
    ];
    let layouts = layouts(functions);
    let heatmap = |title: String, calls: &Calls| {
        Panel::new(Visual::Heatmap, title, "s")
            .describe("How many calls a second took how long. Points are traces.")
            .exemplars()
            .query(calls.buckets(RANGE, &[]), "{{le}}")
    };
    let part = |layout: &Vec<&Function>| {
        let end = |bound: Option<&f64>| display(Duration::from_secs_f64(*bound.unwrap_or(&0.0)));
        let buckets = &layout[0].buckets;
        let title = format!("Durations, {} to {}", end(buckets.first()), end(buckets.last()));
        heatmap(title, &calls.clone().only(layout))
            .describe("Of the functions whose buckets have these bounds.")
    };
    let heatmaps: Vec<Panel> = match layouts.as_slice() {
        [_] => vec![heatmap("Durations".to_owned(), calls)],
        layouts => layouts.iter().map(part).collect(),
    };
    panels.into_iter().chain(heatmaps).collect()
}

fn in_flight(calls: &Calls) -> Vec<Panel> {
    vec![
        Panel::new(Visual::TimeSeries, "In flight by function", "short")
            .describe("Calls that are running.")
            .query(calls.in_flight().now().sum(&IDENTITY), LEGEND),
    ]
}

/// The share of calls that may fail.
pub(super) fn budget(success: Percent) -> Threshold {
    // Parsed from the exact decimal, so that the JSON says 0.001.
    Threshold::AtMost(success.budget_ratio().parse().unwrap_or(0.0))
}
