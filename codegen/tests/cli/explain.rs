//! `cargo obs explain`

use crate::{Scratch, cargo_obs, fixture};

const SOURCE: &str = r#"/// Connections to the database, by state.
#[metric(gauge, name = "db_connections", labels(state: PoolState))]
static DB_CONNECTIONS: Gauge<PoolState> = Gauge::new();

/// Places an order.
#[observe(slo(success = "99.9%"))]
pub fn place() {}

/// Lists orders.
#[observe]
pub fn list() {}

#[derive(ErrorCategory)]
pub enum E {
    #[category("not_found")]
    NotFound,
}
"#;

const RULES: &str = "groups:
- name: own
  rules:
  - record: place:rate
    expr: rate(function_calls_total{function=\"place\"}[5m])
  - alert: PlaceQuiet
    expr: place:rate < 1
    annotations:
      summary: Nobody places orders
      runbook_url: https://example.org/quiet.md
  - alert: NotFound
    expr: rate(errors_total{category=\"not_found\"}[5m]) > 1
  - alert: Fatal
    expr: rate(errors_total{severity=\"fatal\"}[5m]) > 1
";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name, &[("src/lib.rs", SOURCE)]);
    cargo_obs(&scratch.path(""), &["generate"]).assert(0, &[]);
    scratch.write("observability/rules/own.yml", RULES);
    let page = "# Quiet\n\n```promql\nrate(function_calls_total{function=\"place\"}[5m])\n```\n";
    scratch.write("observability/runbooks/quiet.md", page);
    scratch
}

#[test]
fn a_metric_is_told_with_its_place_and_its_panels() {
    let scratch = scratch("explain-metric");
    cargo_obs(&scratch.path(""), &["explain", "db_connections"]).assert(
        0,
        &[
            "metric db_connections\n  Connections to the database, by state.\n  kind        gauge\n",
            "  labels      state",
            "  at          src/lib.rs:3:8: static in scratch\n",
            "  query       sum by (state) (db_connections)\n",
            "  dashboards  observability/dashboards/",
            ": panel \"db connections\" of \"",
        ],
    );
}

#[test]
fn a_function_is_used_by_what_is_recorded_of_it_and_by_no_other() {
    let scratch = scratch("explain-function");
    let here = scratch.path("");
    for name in ["place", "scratch::place"] {
        cargo_obs(&here, &["explain", name]).assert(
            0,
            &[
                "function scratch::place\n",
                "observability/rules/own.yml:4: rule place:rate\n",
                "observability/rules/own.yml:6: alert PlaceQuiet, through place:rate\n",
                "observability/runbooks/quiet.md:4: runbook \"Quiet\"",
                "place succeeds, 99.9% in 30d",
            ],
        );
    }
    let list = cargo_obs(&here, &["explain", "list"]);
    list.assert(0, &["function scratch::list"]);
    assert!(!list.out.contains("PlaceQuiet") && !list.out.contains("quiet.md"), "{}", list.out);
}

#[test]
fn samples_categories_alerts_and_recorded_series_have_names_too() {
    let scratch = scratch("explain-others");
    let here = scratch.path("");
    cargo_obs(&here, &["explain", "function_calls_duration_seconds_bucket"]).assert(
        0,
        &[
            "metric function_calls_duration_seconds\n",
            "  unit        seconds",
            "  buckets     0.001, ",
            "result: ok, error, panic, cancelled",
            "src/lib.rs:7:8: scratch::place",
            "histogram_quantile(0.99, sum by (le, function) (rate(function_calls_duration_seconds_bucket[5m])))",
        ],
    );
    let category = cargo_obs(&here, &["explain", "not_found"]);
    assert!(!category.out.contains("alert Fatal"), "it is recoverable: {}", category.out);
    category.assert(0, &["category not_found\n", "src/lib.rs:14:10: scratch::E::NotFound", "alert NotFound"]);
    cargo_obs(&here, &["explain", "PlaceQuiet"]).assert(
        0,
        &[
            "alert PlaceQuiet\n  Nobody places orders\n",
            "  runbook     https://example.org/quiet.md",
            "  asks for    place:rate",
            "observability/rules/own.yml:6: alert PlaceQuiet",
        ],
    );
    cargo_obs(&here, &["explain", "place:rate"])
        .assert(0, &["recorded series place:rate\n", "alert PlaceQuiet"]);
    cargo_obs(&here, &["explain", "process_open_fds"]).assert(0, &["metric process_open_fds"]);
    let objective = cargo_obs(&here, &["list", "--json"]).json()["objectives"][0]["name"].clone();
    cargo_obs(&here, &["explain", objective.as_str().unwrap()]).assert(0, &["objective ", "99.9% in 30d"]);
}

#[test]
fn json_says_the_same() {
    let scratch = scratch("explain-json");
    let json = cargo_obs(&scratch.path(""), &["explain", "place", "--json"]).json();
    let place = &json[0];
    assert_eq!((&place["what"], &place["name"]), (&"function".into(), &"scratch::place".into()));
    assert_eq!(place["places"][0]["at"]["line"], 7);
    let alert = place["alerts"].as_array().unwrap().iter().find(|each| each["what"] == "alert PlaceQuiet");
    assert_eq!(alert.unwrap()["via"], serde_json::json!(["place:rate"]));
}

#[test]
fn before_anything_is_committed_what_would_be_is_told() {
    cargo_obs(&fixture(), &["explain", "orders::place"])
        .assert(0, &["function orders::place", "  dashboards  "]);
}

#[test]
fn a_name_that_nothing_has_is_answered_with_one_that_something_has() {
    cargo_obs(&fixture(), &["explain", "orders::plce"])
        .assert(2, &["error: nothing here is called orders::plce; did you mean orders::place?"]);
    cargo_obs(&fixture(), &["explain", "zzzzzz"]).assert(2, &["cargo obs list shows what there is"]);
}

#[test]
fn a_kernel_is_told_with_what_it_counts_in_and_who_asks_for_it() {
    cargo_obs(&fixture(), &["explain", "score"]).assert(
        0,
        &[
            "kernel orders::gpu::score\n  Scores every order of a batch for fraud.\n",
            "gpu_kernel_bytes_total",
            "as many launches as cost 1 % of its time",
            "  labels      channel",
            ": panel \"p99 by kernel\" of \"",
            "alert GpuKernelSlow",
            "score succeeds",
        ],
    );
    cargo_obs(&fixture(), &["explain", "gpu_kernel_duration_seconds"])
        .assert(0, &["metric gpu_kernel_duration_seconds", "score, sort_scores", "src/gpu.rs", "0.000005"]);
    // One that its own label tells apart from the other asks for neither.
    let sort = cargo_obs(&fixture(), &["explain", "sort_scores"]);
    sort.assert(0, &["one launch in 10"]);
    assert!(!sort.out.contains("gpu_kernel_flops_total"), "{}", sort.out);
    assert!(!sort.out.contains("alert GpuKernelSlow\n"), "{}", sort.out);
}
