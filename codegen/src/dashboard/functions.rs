//! One function at a time.

use super::objectives;
use super::panel::{Column, Panel, Visual};
use super::{RANGE, Section};
use crate::calls::{Calls, IDENTITY};
use obs_model::Function;

/// Every function in one table; a click on its name shows only this function.
pub(super) fn table(uid: &str) -> Section {
    let calls = Calls::chosen();
    let only = |variable: &str| {
        format!("/d/{uid}?${{datasource:queryparam}}&${{__url_time_range}}&var-{variable}=${{__value.raw}}")
    };
    let column = |field, title, unit| Column { field, title, unit, link: None };
    let panel = Panel::new(Visual::Table, "Functions", "short")
        .describe("Each function now. Its name leads to its own rate, errors and duration.")
        .query(calls.total().rate(RANGE).sum(&IDENTITY), "")
        .query(calls.error_ratio(RANGE, &IDENTITY), "")
        .query(calls.buckets(RANGE, &IDENTITY).quantile("0.5"), "")
        .query(calls.buckets(RANGE, &IDENTITY).quantile("0.99"), "")
        .query(calls.in_flight().now().sum(&IDENTITY), "")
        .column(Column { field: "function", title: "Function", unit: None, link: Some(only("function")) })
        .column(Column { field: "module", title: "Module", unit: None, link: Some(only("module")) })
        .column(column("Value #A", "Calls", Some("ops")))
        .column(column("Value #B", "Error ratio", Some("percentunit")))
        .column(column("Value #C", "p50", Some("s")))
        .column(column("Value #D", "p99", Some("s")))
        .column(column("Value #E", "In flight", Some("short")));
    Section::new("Functions", vec![panel])
}

/// Calls by each label that a function adds.
pub(super) fn labels(functions: &[&Function]) -> Section {
    let mut panels = Vec::new();
    for function in functions {
        let calls = Calls::of(function).on_dashboard();
        for label in &function.labels {
            let by = calls.total().rate(RANGE).sum(&[&label.name]);
            let title = format!("{} by {}", function.name, label.name);
            let legend = format!("{{{{{}}}}}", label.name);
            panels.push(match label.cap {
                None => Panel::new(Visual::TimeSeries, title, "ops")
                    .describe(format!("Calls a second of {} by {}.", function.name, label.name))
                    .query(by, legend),
                Some(cap) => Panel::new(Visual::TimeSeries, title, "ops")
                    .describe(format!(
                        "Calls a second of {} by the ten most frequent values of {}; at most {cap} are told apart, \
                         the rest are _other.",
                        function.name, label.name
                    ))
                    .query(by.top(), legend),
            });
        }
    }
    Section::new("Calls by label", panels)
}

/// A function that has families of its own.
pub(super) fn own(function: &Function) -> Section {
    let calls = Calls::of(function).on_dashboard();
    let name = &function.name;
    let quantile = |q: &str| calls.buckets(RANGE, &[]).quantile(q);
    let success = function.slo.as_ref().and_then(|slo| slo.success);
    let latency = function.slo.as_ref().and_then(|slo| slo.latency.first());
    let panels = vec![
        Panel::new(Visual::TimeSeries, format!("{name}: calls by result"), "ops")
            .describe(&function.help)
            .describe("Calls a second by how they ended.")
            .query(calls.total().rate(RANGE).sum(&["result"]), "{{result}}"),
        Panel::new(Visual::TimeSeries, format!("{name}: error ratio"), "percentunit")
            .describe(&function.help)
            .describe("The share of calls that ended in an error or a panic.")
            .threshold(success.map(super::service::budget))
            .query(calls.error_ratio(RANGE, &[]), "errors"),
        Panel::new(Visual::TimeSeries, format!("{name}: duration"), "s")
            .describe(&function.help)
            .describe("How long half, 95 of 100 and 99 of 100 calls took at most. Points are traces.")
            .threshold(latency.map(objectives::bound))
            .exemplars()
            .query(quantile("0.5"), "p50")
            .query(quantile("0.95"), "p95")
            .query(quantile("0.99"), "p99"),
        Panel::new(Visual::TimeSeries, format!("{name}: in flight"), "short")
            .describe(&function.help)
            .describe("Calls that are running.")
            .query(calls.in_flight().now().sum(&[]), "in flight"),
    ];
    Section::new(format!("{}::{name}", function.module), panels)
}
