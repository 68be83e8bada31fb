//! Observed functions, and the families that their calls are counted in.

use super::{HEAD, RANGE, family, label, promises, runbook, source};
use crate::calls::{Calls, IDENTITY};
use crate::family::{Family, Schema};
use crate::markdown::{Page, code, prose};
use crate::plan::Plan;
use obs_model::Function;
use std::collections::BTreeMap;

/// The families that calls are counted in, and who counts there.
pub(super) fn write(plan: &Plan, schema: &Schema, page: &mut Page) {
    if plan.counted().next().is_none() {
        return;
    }
    page.section("Observed functions");
    let row = |function: &Function| {
        let labels: Vec<String> = function.labels.iter().map(label).collect();
        vec![
            source(plan, &code(&format!("{}::{}", function.module, function.name)), &function.place),
            prose(&function.help),
            code(&format!("{}_*", function.metric.as_deref().unwrap_or("function_calls"))),
            labels.join(", "),
            promises(function.slo.as_ref()),
            runbook(function.runbook.as_deref(), page),
        ]
    };
    let rows: Vec<Vec<String>> = plan.counted().map(row).collect();
    page.table(
        &["Function", "What it does", "Families", "Labels of its own", "Objectives", "Runbook"],
        &rows,
    );
    page.say("A call ends with one `result`: `ok`, `error`, `cancelled` (its future was dropped) or `panic`. `error_type` is the category of an error.");

    let mut families: BTreeMap<&str, Calls> = BTreeMap::new();
    for function in plan.counted() {
        match &function.metric {
            Some(prefix) => families.insert(prefix, Calls::of(function)),
            None => families.insert("function_calls", Calls::shared(&plan.subject.crates)),
        };
    }
    let of = |family: &&Family| {
        let suffixes = ["_total", "_duration_seconds", "_concurrent", "_slow_total"];
        suffixes.iter().any(|s| family.name.strip_suffix(s).is_some_and(|p| families.contains_key(p)))
    };
    page.table(&HEAD, &schema.families().filter(of).map(family).collect::<Vec<_>>());
    for (prefix, calls) in &families {
        let by: &[&str] = if *prefix == "function_calls" { &IDENTITY } else { &[] };
        let words = "the share of calls that fail, and how long 99 of 100 take at most.";
        page.say(&format!("Of {}: {words}", code(&format!("{prefix}_*"))));
        page.code("promql", &calls.error_ratio(RANGE, by).to_string());
        page.code("promql", &calls.buckets(RANGE, by).quantile("0.99").to_string());
    }
}
