//! A dashboard that a build script composes, with every kind of panel, to the byte; and what a build with a
//! mistake in one says. `UPDATE_GOLDEN=1` writes `tests/golden-composed` anew.
#![cfg(feature = "promql")]

mod common;

use common::{assert_golden, cfg, fixture};
use obs_codegen::{Builder, Dashboard, Foreign, Panel, Row, Threshold};
use std::path::{Path, PathBuf};

/// What a service with orders, a pool and a queue would want to see together.
fn dashboard() -> Dashboard {
    Dashboard::new("Shipping desk")
        .describe("What the people at the desk look at.")
        .targets()
        .variable("state", "db_connections")
        .choice("quantile", [("p50", "0.5"), ("p99", "0.99")])
        .refresh("10s")
        .shows("6h")
        .row("Orders")
        .panel(
            Panel::time_series("Orders by channel")
                .query("sum by (channel) (rate(orders_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))")
                .legend("{{channel}}")
                .unit("ops")
                .stacked()
                .describe("Orders a second."),
        )
        .panel(
            Panel::heatmap("Sizes")
                .query("sum by (le) (rate(order_size_bytes_bucket{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))")
                .unit("bytes")
                .describe("How large orders are."),
        )
        .panel(
            Panel::bar_gauge("Busiest tenants")
                .query("topk(10, sum by (tenant) (rate(function_calls_total{function=\"place\"}[$__rate_interval])))")
                .legend("{{tenant}}")
                .unit("suffix: orders/s")
                .describe("The ten tenants with most orders."),
        )
        .panel(
            Panel::time_series("Time")
                .query("histogram_quantile($quantile, sum by (le) (rate(function_calls_duration_seconds_bucket{function=\"place\"}[$__rate_interval])))")
                .unit("s")
                .traces("place")
                .data_link("Wiki", "https://example.org/wiki")
                .describe("How long orders take."),
        )
        .row("Pool")
        .panel(
            Panel::pie("Connections by state")
                .query("sum by (state) (db_connections{state=~\"$state\"})")
                .legend("{{state}}")
                .drill_down("Shipping desk", ["state"])
                .describe("Which share is in which state."),
        )
        .panel(
            Panel::gauge("In use")
                .query("sum(db_connections{state=\"used\"}) / sum(db_connections)")
                .unit("percentunit")
                .threshold(Threshold::AtMost(0.8))
                .threshold(Threshold::AtMost(0.95))
                .link("Runbook", "https://example.org/pool")
                .describe("How much of the pool is in use."),
        )
        .row(
            Row::new("Queue")
                .panel(
                    Panel::stat("Waiting")
                        .query("sum(shipping_queue_depth)")
                        .or_else("nobody has asked yet")
                        .describe("Orders that wait to be shipped."),
                )
                .panel(
                    Panel::state_timeline("Printer")
                        .query("printer_up{site=\"desk\"}")
                        .legend("{{printer}}")
                        .word("0", "jammed", "red")
                        .word("1", "prints", "green")
                        .describe("Whether labels can be printed."),
                )
                .panel(
                    Panel::table("Printers")
                        .query("printer_up")
                        .size(24, 6)
                        .describe("Every printer and whether it works."),
                )
                .panel(
                    Panel::logs("Its errors", "{service_name=\"orders\"} | json | level=\"ERROR\"")
                        .describe("What it last complained of."),
                )
                .panel(Panel::text("When it jams", "- Open the *lid*.\n- Call **them**")),
        )
}

fn builder(out: &Path) -> Builder {
    Builder::for_package(fixture(), out, cfg(&["default", "audit"]))
        .service("order-service")
        .repository("https://example.org/orders")
        .runbooks("https://example.org/runbooks")
        .foreign(Foreign::metric("printer_up").labels(["printer", "site"]))
}

fn out(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn a_composed_dashboard_is_the_golden_one() {
    let (out, mirror) = (out("composed"), out("composed-mirror"));
    let _ = std::fs::remove_dir_all(&mirror);
    let report = builder(&out).dashboard(dashboard()).mirror_to(&mirror).try_emit();
    report.unwrap_or_else(|errors| panic!("it has mistakes:\n{errors}"));
    let file = "dashboards/orders-shipping-desk.json";
    let found = std::fs::read_to_string(mirror.join(file)).unwrap();
    assert_golden("golden-composed", file, &found);
    // For the one in `OUT_DIR`, links to the source have lines.
    let exact = std::fs::read_to_string(out.join(file)).unwrap();
    assert!(exact.contains("tests/composed.rs#L"), "{exact}");
    assert!(!found.contains("#L"), "{found}");
}

#[test]
fn a_mistake_fails_the_build_where_it_stands() {
    let line = line!() + 1;
    let wrong = Panel::stat("Queue").describe("x").query("sum(shiping_queue_depth)");
    let result = builder(&out("composed-wrong")).dashboard(Dashboard::new("Desk").panel(wrong)).try_emit();
    let errors = result.expect_err("there is no such metric").to_string();
    let expected = format!(
        "{}:{line}:52: panel \"Queue\": unknown metric `shiping_queue_depth`; did you mean `shipping_queue_depth`?",
        file!()
    );
    assert_eq!(errors, expected);
    assert!(!out("composed-wrong").join("dashboards").exists(), "something was written");
}
