//! What code generation takes a program to export is what the program exports.
#![cfg(not(feature = "off"))]

use obs_codegen::family::Schema;
use obs_runtime::snapshot::FamilyKind;
use obs_runtime::{Capped, Check, Counter, metric};
use quickstart as _; // A crate that nothing names is dropped by the linker, and its families with it.
use std::collections::BTreeSet;

/// Exported only with the features `logs`, `otlp` and `prometheus` of the runtime, which nothing here needs.
const ELSEWHERE: [&str; 11] = [
    "obs_export_duration_seconds",
    "obs_export_failures_total",
    "obs_export_retries_total",
    "obs_log_dropped_total",
    "obs_log_events_total",
    "obs_log_records_queued",
    "obs_log_records_total",
    "obs_prometheus_conflicts",
    "obs_span_events_late_total",
    "obs_spans_queued",
    "obs_spans_total",
];

/// Probes, by their name.
#[metric(counter, name = "probes_total", labels(name: Capped<1>))]
static PROBES: Counter<Capped<1>> = Counter::new();

#[test]
fn queries_may_ask_for_all_that_is_exported_and_nothing_else() {
    let check = Check::new("always", || Ok::<(), String>(()));
    let builder = obs_runtime::builder!("families").commit("c0ffee").branch("main");
    let obs = builder.health(check).listen("127.0.0.1:0").init().expect("a free port");
    // What overflowed is told once there is something that can.
    PROBES.with("a").inc();
    obs_runtime::http::metrics(None, None);
    obs_runtime::http::health();
    let snapshot = obs_runtime::snapshot();
    let schema = Schema::of(&obs_runtime::catalogue());

    let exported: BTreeSet<&str> = snapshot.families.iter().map(|family| &*family.name).collect();
    let known: BTreeSet<&str> = schema.families().map(|family| family.name.as_str()).collect();
    let unknown: Vec<_> = exported.difference(&known).collect();
    assert!(unknown.is_empty(), "exported, and missing in obs_codegen::family: {unknown:?}");
    // Of this service nothing has been called, and a family without series is not exported.
    let every = Schema::of(&obs_codegen::catalogue::from_json(EMPTY).expect("an empty catalogue"));
    let every = every.families().map(|family| family.name.clone());
    let missing: Vec<String> = every
        .filter(|name| !exported.contains(name.as_str()) && !ELSEWHERE.contains(&name.as_str()))
        // What only Linux tells.
        .filter(|name| cfg!(target_os = "linux") || !name.starts_with("process_"))
        .collect();
    assert!(missing.is_empty(), "in obs_codegen::family, and not exported: {missing:?}");

    for family in &snapshot.families {
        let known = schema.families().find(|known| known.name == family.name).expect("none is unknown");
        let kind = match family.kind {
            FamilyKind::Counter => "counter",
            FamilyKind::Gauge => "gauge",
            FamilyKind::Histogram => "histogram",
            other => panic!("{} is of a kind that queries know nothing of: {other:?}", family.name),
        };
        assert_eq!(kind, known.kind.as_str(), "{}", family.name);
        for label in family.series.iter().flat_map(|series| series.labels.pairs()).map(|(name, _)| name) {
            assert!(known.labels.iter().any(|known| known == label), "{} has {label}", family.name);
        }
    }
    drop(obs);
}

/// What is left of a schema without a catalogue is what every program exports.
const EMPTY: &str = r#"{"functions": [], "metrics": [], "errors": []}"#;
