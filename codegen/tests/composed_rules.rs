//! What is composed in a build script: where it goes, and how its mistakes are told.

mod common;

use common::{cfg, fixture};
use obs_codegen::{Alert, Builder, Errors, Objective};
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
