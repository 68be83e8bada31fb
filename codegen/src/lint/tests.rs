//! Each rule, and what has nothing to say.

use super::*;
use crate::example;
use obs_model::Source;

fn told(catalogue: &Catalogue) -> Vec<String> {
    lint(catalogue).iter().map(|(_, finding)| finding.to_string()).collect()
}

/// What is found in a metric that is fine but for one thing.
fn about(change: impl FnOnce(&mut Metric)) -> Vec<String> {
    let mut metric = example::metric("queue_depth", Kind::Gauge, Source::Static, Vec::new());
    change(&mut metric);
    told(&Catalogue { metrics: vec![metric], ..Catalogue::default() })
}

#[test]
fn a_good_metric_has_nothing_to_say() {
    assert_eq!(about(|_| ()), [""; 0]);
}

#[test]
fn each_rule_finds_its_mistake() {
    for (found, expected) in [
        (about(|m| m.help.clear()), "missing-help: metric queue_depth has neither a doc comment nor `help`"),
        (about(|m| m.name = "Queue".into()), "name: metric Queue: names are in lower case"),
        (about(|m| m.name = "x_gauge".into()), "name: metric x_gauge: leave out `gauge`, the type says it"),
        (
            about(|m| m.name = "wait_ms".into()),
            "unit: metric wait_ms: measure in seconds, the base unit, rather than ms",
        ),
        (
            about(|m| m.kind = Kind::Histogram),
            "unit: metric queue_depth: end the name of a histogram in its unit",
        ),
        (
            about(|m| {
                m.name = "calls_by_tier".into();
                m.labels = vec![example::label("tier", None, &["a"])];
            }),
            "name: metric calls_by_tier: leave out `by_tier`, the label `tier` says it",
        ),
        (
            about(|m| m.labels = vec![example::label("user", Some(500), &[])]),
            "cardinality: metric queue_depth: label user may take 500 values; more than 200 belong in a log",
        ),
        (
            about(|m| {
                m.labels = vec![example::label("a", Some(99), &[]), example::label("b", Some(49), &[])];
            }),
            "cardinality: metric queue_depth: up to 5000 sets of label values; keep it under 2000",
        ),
    ] {
        assert_eq!(found, [format!("src/metrics.rs:7:5: {expected}")]);
    }
}

#[test]
fn kernels_are_looked_at_as_well() {
    let mut kernel = example::kernel("scan", 50);
    kernel.help = "Sums up.".into();
    assert_eq!(told(&Catalogue { kernels: vec![kernel.clone()], ..Catalogue::default() }), [""; 0]);
    let mut other = example::kernel("scan", 60);
    other.module = "registry::other".into();
    other.slow = Some(std::time::Duration::from_secs(5));
    other.slo = example::with_kernels().kernels.into_iter().find_map(|kernel| kernel.slo);
    other.labels = vec![example::label("user", Some(500), &[])];
    let found = told(&Catalogue { kernels: vec![kernel, other], ..Catalogue::default() });
    assert_eq!(
        found,
        [
            "src/gpu.rs:60:5: cardinality: kernel scan: label user may take 500 values; more than 200 belong in a log",
            "src/gpu.rs:60:5: identity: kernel scan of registry::other shares its series with the one at \
             src/gpu.rs:50:5; give one of them a `name`",
            "src/gpu.rs:60:5: missing-help: kernel scan has neither a doc comment nor `help`",
            "src/gpu.rs:60:5: missing-runbook: kernel scan has objectives and names no runbook",
            "src/gpu.rs:60:5: unit: kernel scan: launches are slow over 5s, and buckets end at 1 s: no percentile \
             tells how slow",
        ]
    );
}

#[test]
fn functions_and_errors_are_looked_at_as_well() {
    let mut catalogue = example::catalogue();
    let mut twin = catalogue.functions[0].clone();
    twin.place.line = 99;
    twin.runbook = None;
    catalogue.functions.push(twin);
    catalogue.errors[0].categories[1].runbook = None;
    let found = told(&catalogue);
    for expected in [
        "src/error.rs:3:5: missing-runbook: category database of RegistryError is critical and names no runbook",
        "src/lib.rs:99:5: missing-runbook: function register_schema has objectives and names no runbook",
        "src/lib.rs:99:5: identity: function register_schema shares its series with the one at src/lib.rs:10:5; \
         give one of them a `name`",
        "src/lib.rs:20:5: missing-help: function checkout has neither a doc comment nor `help`",
    ] {
        assert!(found.iter().any(|found| found == expected), "{expected}\nnot in\n{}", found.join("\n"));
    }
}
