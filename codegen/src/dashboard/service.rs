//! The service as a whole, then its functions side by side.

use super::RANGE;
use super::frame::{other, traces};
use super::layout::Section;
use super::panel::{Panel, Threshold, Visual};
use crate::calls::{Calls, IDENTITY};
use crate::plan::Plan;
use crate::subject::{Board, Subject};
use obs_model::{Function, Latency, Percent};

const LEGEND: &str = "{{module}}::{{function}}";

/// Rows about the functions that share the `function_calls` families.
pub(super) fn sections(plan: &Plan, functions: &[&Function]) -> Vec<Section> {
    let calls = Calls::chosen();
    let strictest = strictest(functions);
    vec![
        Section::new("Service", stats(&calls, strictest)),
        Section::new("Rate", rate(&calls)),
        Section::new("Errors", errors(&calls, plan, functions, strictest.0)),
        Section::new("Duration", duration(&calls, &plan.subject)),
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

/// Rate, error ratio, latency and calls in flight, as four numbers.
pub(super) fn stats(calls: &Calls, (success, latency): (Option<Percent>, Option<Latency>)) -> Vec<Panel> {
    let slowest = latency.map(|latency| Threshold::AtMost(latency.bound.as_secs_f64()));
    vec![
        Panel::new(Visual::Stat, "Calls", "ops")
            .describe("Calls a second, of the chosen functions together.")
            .query(calls.total().rate(RANGE).sum(&[]), "calls"),
        Panel::new(Visual::Stat, "Error ratio", "percentunit")
            .describe("The share of calls that ended in an error or a panic.")
            .describe(success.map_or(String::new(), |p| format!("Red above the strictest budget, 1 - {p}.")))
            .threshold(success.map(budget))
            .or_else("no calls")
            .query(calls.error_ratio(RANGE, &[]), "errors"),
        Panel::new(Visual::Stat, "p99", "s")
            .describe("99 of 100 calls took at most this long.")
            .describe(latency.map_or(String::new(), |l| {
                format!("Red above the tightest objective, {}.", obs_model::duration::display(l.bound))
            }))
            .threshold(slowest)
            .or_else("no calls")
            .exemplars()
            .query(calls.buckets(RANGE, &[]).quantile("0.99"), "p99"),
        Panel::new(Visual::Stat, "In flight", "short")
            .describe("Calls that are running.")
            .query(calls.in_flight().now().sum(&[]), "in flight"),
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

fn duration(calls: &Calls, subject: &Subject) -> Vec<Panel> {
    let traces = traces(subject, "${__field.labels.function}");
    let quantile = |q: &str| calls.buckets(RANGE, &[]).quantile(q);
    vec![
        Panel::new(Visual::TimeSeries, "Duration", "s")
            .describe("How long half, 95 of 100 and 99 of 100 calls took at most. Points are traces.")
            .exemplars()
            .query(quantile("0.5"), "p50")
            .query(quantile("0.95"), "p95")
            .query(quantile("0.99"), "p99"),
        Panel::new(Visual::TimeSeries, "p99 by function", "s")
            .describe("99 of 100 calls of each function took at most this long. Points are traces.")
            .exemplars()
            .data_link("Traces of this function", traces)
            .query(calls.buckets(RANGE, &IDENTITY).quantile("0.99"), LEGEND),
        Panel::new(Visual::Heatmap, "Durations", "s")
            .describe("How many calls a second took how long. Points are traces.")
            .exemplars()
            .query(calls.buckets(RANGE, &[]), "{{le}}"),
    ]
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
