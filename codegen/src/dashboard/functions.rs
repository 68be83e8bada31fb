//! One function at a time.

use super::column::Column;
use super::frame::{other, traces};
use super::label::Labelled;
use super::layout::Section;
use super::panel::{Panel, Visual};
use super::{RANGE, objectives};
use crate::calls::{Calls, IDENTITY};
use crate::subject::{Board, Runbook, Subject};
use obs_model::Function;

/// Every function in one table; a click on its name shows only this function.
pub(super) fn table(subject: &Subject) -> Section {
    let calls = Calls::chosen();
    let only = |variable: &str| other(subject, Board::Red, &[(variable, "${__value.raw}")]);
    let panel = Panel::new(Visual::Table, "Functions", "short")
        .describe("Each function now. Its name leads to its own rate, errors and duration.")
        .query(calls.total().rate(RANGE).sum(&IDENTITY), "")
        .query(calls.error_ratio(RANGE, &IDENTITY), "")
        .query(calls.buckets(RANGE, &IDENTITY).quantile("0.5"), "")
        .query(calls.buckets(RANGE, &IDENTITY).quantile("0.99"), "")
        .query(calls.in_flight().now().sum(&IDENTITY), "")
        .column(Column::new("function", "Function").link("Only this function", only("function")))
        .column(Column::new("module", "Module").link("Only this module", only("module")))
        .column(Column::new("Value #A", "Calls").unit("ops"))
        .column(Column::new("Value #B", "Error ratio").unit("percentunit"))
        .column(Column::new("Value #C", "p50").unit("s"))
        .column(Column::new("Value #D", "p99").unit("s"))
        .column(Column::new("Value #E", "In flight").unit("short"));
    Section::new("Functions", vec![panel])
}

/// Calls by each label that a function adds.
pub(super) fn labels(functions: &[&Function], subject: &Subject) -> Section {
    let panels = functions.iter().flat_map(|function| {
        let total = Calls::of(function).on_dashboard().total();
        let labelled = Labelled { name: &function.name, place: &function.place, what: "Calls", total };
        labelled.panels(&function.labels, subject)
    });
    Section::new("Calls by label", panels.collect())
}

/// A function that has families of its own.
pub(super) fn own(function: &Function, subject: &Subject) -> Section {
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
            .data_link("Traces of this function", traces(subject, name))
            .query(quantile("0.5"), "p50")
            .query(quantile("0.95"), "p95")
            .query(quantile("0.99"), "p99"),
        Panel::new(Visual::TimeSeries, format!("{name}: in flight"), "short")
            .describe(&function.help)
            .describe("Calls that are running.")
            .query(calls.in_flight().now().sum(&[]), "in flight"),
    ];
    let page = function.runbook.as_deref().map(|page| subject.runbook(&Runbook::of(page)));
    let link =
        |panel: Panel| panel.link("Source", subject.source(&function.place)).link("Runbook", page.clone());
    Section::new(format!("{}::{name}", function.module), panels.into_iter().map(link).collect())
}
