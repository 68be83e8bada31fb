//! METRICS.md: everything that a program exports, for people who write queries.

mod functions;
mod kernels;
mod requests;

use crate::family::{Family, Schema};
use crate::markdown::{Page, code, link, prose, sentence};
use crate::objective;
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::Runbook;
use obs_model::{Kind, Label, Metric, Place, Severity, Slo, Source, duration};
use std::collections::BTreeMap;

/// The file's path.
pub(crate) const FILE: &str = "METRICS.md";

/// The range of the examples.
const RANGE: &str = "5m";

/// The file.
pub(crate) fn files(plan: &Plan) -> Vec<(String, String)> {
    let schema = Schema::of_plan(plan);
    let counts = [
        (plan.catalogue.metrics.len(), "declared metrics", "#declared-metrics"),
        (plan.counted().count(), "observed functions", "#observed-functions"),
        (plan.catalogue.kernels.len(), "kernels", "#kernels"),
        (objective::all(plan).len(), "objectives", "#objectives"),
        (categories(plan).len(), "categories of errors", "#categories-of-errors"),
        (plan.catalogue.requests.len(), "kinds of requests", "#requests"),
    ];
    let mut page = Page::new(FILE, &format!("Metrics of {}", plan.subject.title()));
    page.say("Generated from the attributes in the source; edit them there. Every series also has the labels of its target, such as `job` and `instance`.");
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, to)| link(&format!("{count} {what}"), to))
        .collect();
    page.say(&counts.join(" · "));

    declared(plan, &mut page);
    functions::write(plan, &schema, &mut page);
    kernels::write(plan, &schema, &mut page);
    objectives(plan, &mut page);
    errors(plan, &schema, &mut page);
    requests::say(plan, &schema, &mut page);
    program(plan, &schema, &mut page);
    vec![page.finish()]
}

/// What `#[metric]` declares, one by one.
fn declared(plan: &Plan, page: &mut Page) {
    if plan.catalogue.metrics.is_empty() {
        return;
    }
    page.section("Declared metrics");
    for metric in &plan.catalogue.metrics {
        page.part(&code(&metric.name));
        page.say(&sentence(&metric.help));
        let unit = metric.unit.map_or_else(String::new, |unit| format!(" in {}", unit.as_str()));
        let when = match metric.source {
            Source::Static => "updated by the code that owns it",
            Source::Function => "updated by calls of a function",
            Source::Polled => "asked at each scrape",
        };
        let mut lines = vec![
            format!("A {}{unit}, {when}", metric.kind.as_str()),
            format!("Declared in {}", source(plan, &code(&metric.module), &metric.place)),
        ];
        lines.extend(metric.labels.iter().map(|label| format!("Label {}", self::label(label))));
        if !metric.buckets.is_empty() {
            lines.push(format!("Buckets {}", bounds(&metric.buckets)));
        }
        page.list(&lines);
        page.code("promql", &example(metric).to_string());
    }
}

/// A query that shows a metric at its best.
fn example(metric: &Metric) -> Query {
    let labels: Vec<&str> = metric.labels.iter().map(|label| label.name.as_str()).collect();
    match metric.kind {
        Kind::Counter => Select::new(&metric.name).rate(RANGE).sum(&labels),
        Kind::Gauge => Select::new(&metric.name).now().sum(&labels),
        Kind::Histogram => {
            let by: Vec<&str> = ["le"].into_iter().chain(labels).collect();
            Select::new(format!("{}_bucket", metric.name)).rate(RANGE).sum(&by).quantile("0.99")
        }
    }
}

fn objectives(plan: &Plan, page: &mut Page) {
    let objectives = objective::all(plan);
    let row = |objective: &objective::Objective| {
        let path = Runbook::Objective(objective.name.clone()).path().unwrap_or_default();
        vec![
            page.to(&prose(&objective.title), &path),
            objective.share.to_string(),
            duration::display(objective.window),
            code(&objective.id(&plan.subject)),
        ]
    };
    let rows: Vec<Vec<String>> = objectives.iter().map(row).collect();
    if !rows.is_empty() {
        page.section("Objectives");
        page.table(&["Objective", "Share", "Window", "`sloth_id`"], &rows);
    }
}

/// The worst severity of each category, and what to do about it.
fn categories(plan: &Plan) -> BTreeMap<&str, (Severity, Vec<&str>, Vec<String>)> {
    let mut categories: BTreeMap<&str, (Severity, Vec<&str>, Vec<String>)> = BTreeMap::new();
    for error in &plan.catalogue.errors {
        for category in &error.categories {
            let entry = categories.entry(&category.name).or_default();
            entry.0 = entry.0.max(category.severity);
            entry.1.extend(category.action.as_deref().filter(|action| !entry.1.contains(action)));
            let declared = source(plan, &code(&format!("{}::{}", error.module, error.name)), &error.place);
            if !entry.2.contains(&declared) {
                entry.2.push(declared);
            }
        }
    }
    categories
}

fn errors(plan: &Plan, schema: &Schema, page: &mut Page) {
    let categories = categories(plan);
    if categories.is_empty() {
        return;
    }
    page.section("Categories of errors");
    let rows: Vec<Vec<String>> = categories
        .iter()
        .map(|(name, (severity, actions, declared))| {
            let path = Runbook::Category((*name).to_owned()).path().unwrap_or_default();
            let actions: Vec<String> = actions.iter().map(|action| sentence(action)).collect();
            let name = page.to(&code(name), &path);
            vec![name, severity.as_str().to_owned(), actions.join(" "), declared.join(", ")]
        })
        .collect();
    page.table(&["Category", "Severity", "What to do", "Declared in"], &rows);
    page.table(
        &HEAD,
        &schema.families().filter(|f| f.name == "errors_total").map(family).collect::<Vec<_>>(),
    );
    let errors = Select::new("errors_total").rate(RANGE).sum(&["category", "severity"]);
    page.code("promql", &errors.to_string());
}

/// What every program exports.
fn program(plan: &Plan, schema: &Schema, page: &mut Page) {
    page.section("The process and the runtime");
    let declared = |name: &str| plan.catalogue.metrics.iter().any(|metric| metric.name == name);
    let rows =
        schema.families().filter(|family| !declared(&family.name) && Schema::is_runtimes(&family.name));
    page.table(&HEAD, &rows.map(family).collect::<Vec<_>>());
}

const HEAD: [&str; 5] = ["Family", "Kind", "Unit", "Labels", "What it says"];

fn family(family: &Family) -> Vec<String> {
    let labels: Vec<String> = family.labels.iter().map(|label| code(label)).collect();
    vec![
        code(&family.name),
        family.kind.as_str().to_owned(),
        family.unit.map_or_else(String::new, |unit| unit.as_str().to_owned()),
        labels.join(", "),
        prose(&family.help),
    ]
}

/// A label, and what bounds it.
fn label(label: &Label) -> String {
    let name = code(&label.name);
    match (label.cap, label.values.as_slice()) {
        (Some(cap), _) => format!("{name} (at most {cap} values, then `_other`)"),
        (None, []) => name,
        (None, values) => {
            let values: Vec<String> = values.iter().map(|value| code(value)).collect();
            format!("{name} ({})", values.join(", "))
        }
    }
}

/// The bounds of buckets, as they are written.
fn bounds(buckets: &[f64]) -> String {
    buckets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What a function or a kernel promises, in a few words.
fn promises(slo: Option<&Slo>) -> String {
    let Some(slo) = slo else { return String::new() };
    let success = slo.success.map(|share| format!("{share} succeed"));
    let latency = slo.latency.iter().map(|l| format!("{} within {}", l.share, duration::display(l.bound)));
    let all: Vec<String> = success.into_iter().chain(latency).collect();
    format!("{} over {}", all.join(", "), duration::display(slo.window))
}

/// A link to what an attribute names as runbook, if it names one.
fn runbook(name: Option<&str>, page: &Page) -> String {
    let Some(name) = name else { return String::new() };
    match Runbook::of(name) {
        Runbook::Address(address) => link("runbook", &address),
        runbook => page.to(&code(name), &runbook.path().unwrap_or_default()),
    }
}

/// Words that lead to a place in the source, if anybody knows where it is shown.
fn source(plan: &Plan, words: &str, place: &Place) -> String {
    match plan.subject.source(place) {
        Some(address) => link(words, &address),
        None => format!("{words} in {}", code(&place.file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    /// The page, where every family has its place.
    fn text(plan: &Plan) -> String {
        let text = files(plan).remove(0).1;
        for family in Schema::of_plan(plan).families() {
            let name = code(&family.name);
            let rows = text
                .lines()
                .filter(|l| l.starts_with(&format!("| {name} |")) || **l == format!("### {name}"));
            assert_eq!(rows.count(), 1, "{name}");
        }
        text
    }

    #[test]
    fn kernels_are_told_with_what_they_say_of_themselves() {
        let text = text(&example::gpu_plan());
        for wanted in [
            "[3 kernels](#kernels)",
            "| Adds a scaled vector to another. | as many as cost 1 %; slow over 4ms | bytes, flops, items | `precision` \
             (`single`, `double`), `tenant` (at most 20 values, then `_other`) | 99.5% succeed, 99% within 1ms over 30d | \
             [`gpu-slow`](runbooks/gpu-slow.md) |",
            "| 1 in 10 |",
            "## Devices",
            "rate(gpu_kernel_bytes_total{kernel=~",
        ] {
            assert!(text.contains(wanted), "no {wanted} in\n{text}");
        }
        let mut plan = example::plan(obs_model::Catalogue::default());
        plan.subject.devices = crate::devices::Devices::Timed;
        assert!(self::text(&plan).contains("## Copies and timing"));
    }

    #[test]
    fn every_family_is_in_it_once_with_what_bounds_its_labels() {
        let text = text(&example::plan(example::catalogue()));
        for wanted in [
            "`tenant` (at most 50 values, then `_other`)",
            "`state` (`idle`, `used`)",
            "99.9% succeed, 95% within 25ms, 99.5% within 1s over 30d",
            "A histogram in bytes",
            "[`registry::error::RegistryError`](https://example.org/registry/blob/HEAD/src/error.rs#L3)",
            "[`database`](runbooks/errors/database.md) | critical | Check the connection pool, then the primary.",
        ] {
            assert!(text.contains(wanted), "no {wanted} in\n{text}");
        }
        assert!(!text.contains("quiet"), "it is not counted");
    }

    #[test]
    fn requests_are_in_it_where_they_are_named() {
        assert!(!text(&example::plan(example::catalogue())).contains("## Requests"));
        let plan = example::with_requests();
        let text = files(&plan).remove(0).1;
        for requests in &plan.catalogue.requests {
            for family in requests.families() {
                let row = format!("| {} | {} |", code(&family.name), family.kind.as_str());
                assert_eq!(text.matches(&row).count(), 1, "{row} in\n{text}");
            }
        }
        assert!(text.contains("may take more than 500ms"), "{text}");
    }

    #[test]
    fn a_program_that_declares_nothing_has_the_runtime_s_families_only() {
        let text = files(&example::plan(obs_model::Catalogue::default())).remove(0).1;
        assert!(text.contains("`build_info`") && !text.contains("## Observed"), "{text}");
    }
}
