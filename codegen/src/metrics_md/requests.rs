//! The families of requests.

use super::{HEAD, RANGE, family};
use crate::family::Schema;
use crate::markdown::Page;
use crate::plan::Plan;
use crate::query::Select;
use crate::requests::Counted;
use obs_model::duration;
use std::collections::BTreeSet;

/// The families of requests, by kind.
pub(super) fn say(plan: &Plan, schema: &Schema, page: &mut Page) {
    let counted = Counted::all(plan);
    if counted.is_empty() {
        return;
    }
    page.section("Requests");
    page.say("Counted by the layers of `obs_runtime::tower`, once their answers are complete, and named in the build script. A label that a request has no value for is left out: `error_type` where nothing failed. Routes, hosts and the names of calls are kept up to 200 each and 2000 series a family, then `_other`.");
    let names: BTreeSet<String> =
        counted.iter().flat_map(|each| each.of.families()).map(|family| family.name).collect();
    let rows = schema.families().filter(|family| names.contains(&family.name));
    page.table(&HEAD, &rows.map(family).collect::<Vec<_>>());
    for each in &counted {
        let slow = each.slow.map_or_else(String::new, |slow| {
            format!(", of which one in a hundred may take more than {}", duration::display(slow))
        });
        page.say(&format!("{}{slow}: requests a second, and how long 99 of 100 take at most.", each.name()));
        let (name, by) = (each.of.duration().name, each.identity());
        page.code("promql", &Select::new(format!("{name}_count")).rate(RANGE).sum(&by).to_string());
        let le: Vec<&str> = ["le"].iter().chain(&by).copied().collect();
        let took = Select::new(format!("{name}_bucket")).rate(RANGE).sum(&le).quantile("0.99");
        page.code("promql", &took.to_string());
    }
}
