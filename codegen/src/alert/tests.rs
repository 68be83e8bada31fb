//! Alerts of build scripts: what is wrong with them, and where; and what runbooks ask.

#![cfg(feature = "promql")]

use crate::compose::{self, Alert as Composed};
use crate::example;

fn told(alert: Composed) -> Vec<String> {
    let mut plan = example::plan(example::catalogue());
    plan.composed.alerts.push(alert);
    let mistakes = compose::mistakes(&plan);
    assert!(
        mistakes.iter().all(|m| m.place.file.ends_with("alert/tests.rs") && m.place.line > 0),
        "{mistakes:?}"
    );
    mistakes.into_iter().map(|mistake| mistake.message).collect()
}

#[test]
fn what_is_right_is_no_mistake_and_recorded_series_can_be_asked_for() {
    for query in [
        "db_connections{state=\"idle\"} < 2",
        "function:function_calls:error_ratio5m > 0.5",
        "slo:period_error_budget_remaining:ratio{sloth_slo=\"registration-success\"} < 0.1",
    ] {
        let alert =
            Composed::new("Own", query).after("90s").severity("info").summary("{{ $value | humanize }}");
        assert_eq!(told(alert), [""; 0], "{query}");
    }
}

#[test]
fn each_mistake_is_told_with_what_belongs_there() {
    let alert = || Composed::new("Own", "open_files > 5").summary("Too many.");
    for (alert, expected) in [
        (
            Composed::new("Own", "open_file > 5").summary("x"),
            "alert `Own`: unknown metric `open_file`; did you mean `open_files`?",
        ),
        (
            Composed::new("own_alert", "open_files > 5").summary("x"),
            "alert `own_alert`: a name is in CamelCase, such as `OrdersStuck`",
        ),
        (
            Composed::new("TargetDown", "open_files > 5").summary("x"),
            "alert `TargetDown`: another alert has that name",
        ),
        (Composed::new("Own", "open_files > 5"), "alert `Own`: it says nothing; add `.summary(\"…\")`"),
        (
            alert().severity("tiket"),
            "alert `Own`: no severity \"tiket\", which is one of \"page\", \"ticket\", \"info\", \"none\"; did you mean \"ticket\"?",
        ),
        (
            alert().after("1.5h"),
            "alert `Own`: `.after(\"1.5h\")` is a whole number of s, m, h, d or w, such as \"10m\"",
        ),
        (alert().label("a-b", "x"), "alert `Own`: `a-b` is not the name of a label"),
        (alert().describe("{{ $value"), "alert `Own`: `{{` opens an action that `}}` does not close"),
    ] {
        let told = told(alert);
        assert!(told.iter().any(|message| message == expected), "{told:?} has no {expected}");
    }
}

#[test]
fn a_condition_that_does_not_say_when_it_holds_is_told_in_the_tests() {
    let mut plan = example::plan(example::catalogue());
    plan.composed.alerts.push(Composed::new("Own", "sum(open_files) > 5").summary("x"));
    let files = crate::rules::files(&plan);
    assert!(files[1].1.contains("# No case makes Own fire"), "{}", files[1].1);
}

/// Functions may have buckets of their own, and a sum of different ones is no histogram.
#[test]
fn runbooks_add_up_no_buckets_of_different_functions() {
    let mut asked = 0;
    for alert in super::all(&example::plan(example::catalogue())) {
        for (what, query) in &alert.guide.queries {
            let query = query.to_string();
            if query.contains("function_calls_duration_seconds_bucket{module=~") {
                assert!(query.contains("sum by (le, function, module)"), "{}: {what}: {query}", alert.name);
                asked += 1;
            }
        }
    }
    assert!(asked > 0);
}
