//! What is made where a build script names requests: the dashboard to the byte, and what queries of one's own may
//! ask. `UPDATE_GOLDEN=1` writes `tests/golden-requests` anew.
#![cfg(feature = "promql")]

mod common;

use common::{assert_golden, cfg, fixture};
use obs_codegen::RequestLabel::{Method, Route, Status};
use obs_codegen::{Builder, Dashboard, Objective, Panel, Requests};
use std::path::{Path, PathBuf};

fn out(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn builder(out: &Path) -> Builder {
    Builder::for_package(fixture(), out, cfg(&["default", "audit"])).service("order-service")
}

const BOARD: &str = "dashboards/orders-requests.json";

#[test]
fn the_dashboard_is_the_golden_one() {
    let out = out("requests");
    let _ = std::fs::remove_dir_all(&out);
    let builder = builder(&out).requests(Requests::http_server().slow("500ms"));
    let report = builder.requests(Requests::grpc_client().prefix("shop")).try_emit();
    let report = report.unwrap_or_else(|errors| panic!("it has mistakes:\n{errors}"));
    let found = std::fs::read_to_string(out.join(BOARD)).unwrap();
    assert_golden("golden-requests", BOARD, &found);
    assert_eq!(report.catalogue.requests.len(), 2);
    let read = |path: &str| std::fs::read_to_string(out.join(path)).unwrap();
    assert!(read("catalogue.json").contains("\"prefix\": \"shop_\""));
    assert!(read("METRICS.md").contains("| `shop_rpc_client_call_duration_seconds` | histogram | seconds |"));
    let rules = read("rules/orders.yml");
    assert!(rules.contains("alert: \"RequestErrorRatioHigh\"") && rules.contains("alert: \"RequestsSlow\""));
    assert!(out.join("runbooks/alerts/RequestsSlow.md").is_file());
}

#[test]
fn there_is_none_where_no_requests_are_named() {
    let out = out("no-requests");
    let _ = std::fs::remove_dir_all(&out);
    builder(&out).try_emit().unwrap();
    assert!(!out.join(BOARD).exists());
    assert!(!std::fs::read_to_string(out.join("composed.json")).unwrap().contains("requests"));
}

#[test]
fn queries_may_ask_for_requests_that_are_named_and_for_their_labels_only() {
    let asks = |query: &str| {
        let panel = Panel::stat("Orders").describe("x").query(query);
        builder(&out("requests-asked"))
            .requests(Requests::http_server())
            .dashboard(Dashboard::new("Desk").panel(panel))
            .try_emit()
            .map_or_else(|errors| errors.to_string(), |_| String::new())
    };
    assert_eq!(
        asks(
            "sum by (http_route) (rate(http_server_request_duration_seconds_count{error_type=\"500\"}[$__rate_interval]))"
        ),
        ""
    );
    let label = asks("sum by (route) (rate(http_server_request_duration_seconds_count[$__rate_interval]))");
    assert!(label.contains("`route`") && label.contains("http_route"), "{label}");
    let other = asks("sum(rate(http_client_request_duration_seconds_count[$__rate_interval]))");
    assert!(other.contains("unknown metric `http_client_request_duration_seconds_count`"), "{other}");
}

#[test]
fn each_mistake_is_told_where_it_stands() {
    for (requests, expected) in [
        (
            vec![Requests::http_server().slow("30ms")],
            "`.slow(\"30ms\")` is no bound of a bucket, so it cannot be measured; the nearest is \"25ms\"",
        ),
        (
            vec![Requests::http_server().slow("fast")],
            "`.slow(\"fast\")`: expected a duration with a unit (ns, us, ms, s, m, h, d, w), such as \"25ms\"; found \"fast\"",
        ),
        (
            vec![Requests::grpc_client().slow("1s")],
            "`.slow(\"1s\")` is for servers: whom a client asks has alerts of its own",
        ),
        (
            vec![Requests::http_server().buckets([0.1, 1.0]).slow("500ms")],
            "`.slow(\"500ms\")` is no bound of a bucket, so it cannot be measured; the nearest is \"100ms\"",
        ),
        (
            vec![Requests::http_server().labels([(Method, "method"), (Status, "status")])],
            "alerts need the label that `RequestLabel::Route` is; keep it",
        ),
        (
            vec![Requests::http_server().labels([(Route, "path"), (Status, "path")])],
            "two labels are called `path`",
        ),
        (
            vec![Requests::http_server().labels([(Route, "le"), (Status, "a b")])],
            "the label `le` is set by the runtime or by Prometheus; choose another name",
        ),
        (
            vec![Requests::http_server().duration_labels([Route])],
            "only classic names have a counter beside the durations",
        ),
        (
            vec![Requests::http_server().classic_names().duration_labels([Method])],
            "durations need the label that `RequestLabel::Route` is; keep it",
        ),
        (
            vec![Requests::http_server().buckets([0.0])],
            "the bounds of buckets are seconds, finite and above zero",
        ),
        (
            vec![Requests::http_server().prefix("a"), Requests::http_server().prefix("a_").slow("1s")],
            "these requests are named twice; first at ",
        ),
    ] {
        let builder = requests.into_iter().fold(builder(&out("requests-wrong")), Builder::requests);
        let errors = builder.try_emit().expect_err("it is a mistake").to_string();
        assert!(
            errors.starts_with("codegen/tests/requests.rs:") || errors.contains("requests.rs:"),
            "{errors}"
        );
        assert!(errors.contains(expected), "{errors}");
    }
    assert!(!out("requests-wrong").join("dashboards").exists(), "something was written");
}

#[test]
fn an_objective_can_be_about_requests() {
    let asks = |bound: &str| {
        let objective = Objective::new("answers").histogram("http_server_request_duration_seconds");
        builder(&out("requests-promised"))
            .requests(Requests::http_server())
            .objective(objective.latency(bound, "95%"))
            .try_emit()
            .map_or_else(|errors| errors.to_string(), |_| String::new())
    };
    assert_eq!(asks("25ms"), "");
    assert!(asks("30ms").contains("0.03 is none; the nearest is 0.025"), "{}", asks("30ms"));
}
