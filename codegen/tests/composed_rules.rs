//! What is composed in a build script: where it goes, and how its mistakes are told.

mod common;

use common::{cfg, fixture};
use obs_codegen::{Alert, Builder, Dashboard, Errors, Objective, Panel, Record};
use std::path::{Path, PathBuf};

fn out(name: &str) -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&out);
    out
}

fn builder(out: &Path) -> Builder {
    Builder::for_package(fixture(), out, cfg(&["default", "audit"])).service("order-service").team("orders")
}

#[test]
fn alerts_and_objectives_end_up_in_the_rules_and_in_their_tests() {
    let out = out("composed");
    let built = builder(&out)
        .objective(Objective::new("ordering").functions(["orders::place", "orders::charge"]).success("99.5%"))
        .alert(
            Alert::new("NobodyOrders", "sum by (job) (function:function_calls:rate5m) == 0")
                .summary("No calls."),
        )
        .try_emit();
    built.unwrap_or_else(|errors| panic!("{errors}"));
    let read = |path: &str| std::fs::read_to_string(out.join(path)).unwrap();
    let (rules, tests) = (read("rules/orders.yml"), read("rules/tests/orders.yml"));
    for wanted in ["orders.objectives.ordering-success", "alert: \"NobodyOrders\"", "team: \"orders\""] {
        assert!(rules.contains(wanted), "no {wanted} in\n{rules}");
    }
    assert!(tests.contains("ordering-success: every event is bad"), "{tests}");
    // The command finds there what cannot be read from the text of a build script.
    let composed: obs_codegen::compose::Composed = serde_json::from_str(&read("composed.json")).unwrap();
    assert_eq!((composed.alerts.len(), composed.objectives.len()), (1, 1));
}

#[test]
fn every_mistake_is_told_at_its_place_in_the_build_script_and_nothing_is_written() {
    let out = out("composed-wrong");
    let line = line!() + 2;
    let built = builder(&out)
        .objective(Objective::new("ordering").functions(["orders::plaec"]).success("99.5%"))
        .alert(
            Alert::new("Late", "histogram_quantile(0.9, sum(charge_duration_seconds_bucket)) > 1")
                .summary("Late."),
        )
        .try_emit();
    let Err(Errors(mistakes)) = built else { panic!("both are wrong") };
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let file = file!();
    let expected = [
        format!(
            "{file}:{line}:20: objective `ordering`: no observed function `orders::plaec`; did you mean `orders::place`?"
        ),
        format!(
            "{file}:{}:13: alert `Late`: histogram_quantile needs the label `le`: sum by (le, …)",
            line + 2
        ),
    ];
    assert_eq!(told, expected);
    assert!(!out.exists());
}

/// The mistakes of a build, each without its place.
fn told(builder: Builder) -> Vec<String> {
    let Err(Errors(mistakes)) = builder.try_emit() else { panic!("it has mistakes") };
    mistakes.into_iter().map(|mistake| mistake.message).collect()
}

#[test]
fn what_is_recorded_can_be_asked_for_and_is_evaluated_as_often_as_was_said() {
    let out = out("composed-records");
    let well = "sum by (job) (rate(function_calls_total{result=\"ok\"}[5m]))";
    let panel = Panel::stat("Well").describe("x").query("min by (job) (sli:well:ratio_rate5m{slo=\"well\"})");
    let built = builder(&out)
        .record(
            Record::new(
                "sli:well:ratio_rate5m",
                format!("{well} / sum by (job) (rate(function_calls_total[5m]))"),
            )
            .label("slo", "well"),
        )
        .record(Record::new("slo:well:burn_rate", "(1 - sli:well:ratio_rate5m) / 0.001"))
        .record(Record::new("orders:rate1m", "sum by (job) (rate(function_calls_total[1m]))").every("10s"))
        .dashboard(Dashboard::new("Promises").panel(panel))
        .alert(
            Alert::new("BurnsFast", "slo:well:burn_rate > 14.4")
                .summary("It burns.")
                .cause("A release that fails.")
                .action("Roll it back.")
                .dashboard("Promises")
                .fires_when("function_calls_total{result=\"error\",job=\"test\"}", "0+60x30")
                .fires_when("function_calls_total{result=\"ok\",job=\"test\"}", "0+6x30")
                .fires_at("25m"),
        )
        .try_emit();
    built.unwrap_or_else(|errors| panic!("{errors}"));
    let read = |path: &str| std::fs::read_to_string(out.join(path)).unwrap();
    let rules = read("rules/orders.yml");
    let group = "  - name: \"orders.recorded\"\n    rules:\n      - record: \"sli:well:ratio_rate5m\"\n";
    assert!(rules.contains(group), "{rules}");
    assert!(rules.contains("  - name: \"orders.recorded.10s\"\n    interval: \"10s\"\n"), "{rules}");
    let tests = read("rules/tests/orders.yml");
    assert!(tests.contains("- \"orders.recorded\"") && tests.contains("eval_time: \"25m\""), "{tests}");
    let page = read("runbooks/alerts/BurnsFast.md");
    assert!(page.contains("A release that fails.") && page.contains("Roll it back."), "{page}");
    // The alert leads to the dashboard that was named.
    let board: serde_json::Value = serde_json::from_str(&read("dashboards/orders-promises.json")).unwrap();
    assert!(rules.contains(board["uid"].as_str().unwrap()), "{rules}");
}

#[test]
fn mistakes_of_recording_rules_are_told() {
    let record =
        |name: &str, query: &str| told(builder(&out("records-wrong")).record(Record::new(name, query)));
    assert_eq!(
        record("1x", "vector(1)"),
        ["recording rule `1x`: a name has letters, digits, `_` and `:`, such as `orders:rate5m`"]
    );
    assert_eq!(
        record("build_info", "vector(1)"),
        ["recording rule `build_info`: the program exports a metric of that name"]
    );
    let mine = |record: Record| told(builder(&out("records-wrong")).record(record));
    assert_eq!(
        mine(Record::new("a:b", "sum(function_call_total)").every("soon")),
        [
            "recording rule `a:b`: `.every(\"soon\")` is a whole number of s, m, h, d or w, such as \"10s\"",
            "recording rule `a:b`: unknown metric `function_call_total`; did you mean `function_calls_total`?",
        ]
    );
    let again = builder(&out("records-wrong"))
        .record(Record::new("a:b", "vector(1)").label("le", "1"))
        .record(Record::new("a:b", "vector(1)").label("le", "1"));
    let again = told(again).join("; ");
    assert!(
        again.contains("it is recorded twice; first at ") && again.contains("the label `le` is set"),
        "{again}"
    );
}

#[test]
fn an_alert_leads_to_a_dashboard_that_there_is_and_fires_within_its_test() {
    let alert = || Alert::new("Late", "vector(1) > 0").summary("Late.");
    assert_eq!(
        told(builder(&out("alerts-wrong")).alert(alert().dashboard("Overveiw"))),
        ["alert `Late`: there is no dashboard \"Overveiw\"; did you mean \"overview\"?"]
    );
    assert_eq!(
        told(builder(&out("alerts-wrong")).alert(alert().fires_at("10s"))),
        [
            "alert `Late`: `.fires_at(\"10s\")` is a multiple of five minutes, when rule tests look, such as \"30m\""
        ]
    );
}
