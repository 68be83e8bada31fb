//! What is accepted of what a person composes, and what is told of the rest, and where.

use super::*;
use crate::example;
use crate::{Foreign, Panel};

/// A panel without mistakes.
#[track_caller]
fn panel(title: &str) -> Panel {
    Panel::stat(title).describe("What it shows.").query("sum(db_connections)")
}

#[track_caller]
fn on(panel: Panel) -> Dashboard {
    Dashboard::new("Storage").row("Tiers").panel(panel)
}

fn plan(dashboards: Vec<Dashboard>, foreign: Vec<Foreign>) -> Plan {
    let mut plan = example::plan(example::catalogue());
    plan.composed.dashboards = dashboards;
    plan.composed.foreign = foreign;
    plan
}

fn told(dashboards: Vec<Dashboard>, foreign: Vec<Foreign>) -> Vec<String> {
    mistakes(&plan(dashboards, foreign)).into_iter().map(|mistake| mistake.message).collect()
}

#[test]
fn what_is_right_is_accepted() {
    let dashboard = Dashboard::new("Storage")
        .describe("Where things are.")
        .targets()
        .variable("state", "db_connections")
        .panel(panel("On top").unit("suffix:connections"))
        .row("Pool")
        .panel(
            Panel::pie("By state")
                .describe("Which share is in which state.")
                .query("sum by (state) (db_connections{job=~\"$job\",instance=~\"$instance\",state=~\"${state}\"})")
                .legend("{{state}}"),
        )
        .row(
            Row::new("Elsewhere")
                .panel(panel("Load").query("node_load1 > 1"))
                .panel(panel("Calls").query("sum(function:function_calls:rate5m)"))
                .panel(
                    Panel::gauge("Budget")
                        .describe("What is left.")
                        .query("min(slo:period_error_budget_remaining:ratio{sloth_slo=\"x\"})")
                        .threshold(Threshold::AtLeast(0.0))
                        .threshold(Threshold::AtLeast(0.25)),
                )
                .panel(panel("Up").query("up{job=\"x\"}")),
        );
    let foreign = vec![Foreign::prefix("node_"), Foreign::metric("up").labels(["zone"])];
    assert_eq!(told(vec![dashboard], foreign), [""; 0]);
}

#[test]
fn each_mistake_is_told() {
    let two = on(panel("Same")).panel(panel("Same"));
    for (dashboard, expected) in [
        (
            on(panel("A").query("sum(db_conections)")),
            "panel \"A\": unknown metric `db_conections`; did you mean `db_connections`?",
        ),
        (
            on(panel("A").query("db_connections{stat=\"idle\"}")),
            "panel \"A\": `db_connections` has no label `stat`; did you mean `state`?",
        ),
        (
            on(panel("A").query("sum(up)")),
            "panel \"A\": `up` is not exported by this program but made by Prometheus; declare it: `.foreign(Foreign::metric(\"up\"))`",
        ),
        (
            on(panel("A").query("sum(redis_connected_clients)")),
            "panel \"A\": unknown metric `redis_connected_clients`; if another program exports it, declare it: `.foreign(Foreign::metric(\"redis_connected_clients\"))`",
        ),
        (
            on(panel("A").query("node_load1{mod=\"x\"}")),
            "panel \"A\": `node_load1` has no label `mod`; did you mean `mode`?",
        ),
        (on(panel("A").query("sum(db_connections")), "panel \"A\": no PromQL: "),
        (
            on(panel("A").query("sum(db_connections{job=~\"$job\"})")),
            "panel \"A\": `$job` needs `.targets()` on the dashboard",
        ),
        (
            on(panel("A").query("db_connections{state=~\"$sate\"}")).variable("state", "db_connections"),
            "panel \"A\": the dashboard has no variable `$sate`; did you mean `$state`?",
        ),
        (
            on(panel("A").unit("percentunits")),
            "panel \"A\": Grafana has no unit `percentunits`; did you mean `percentunit`?",
        ),
        (on(panel(" ")), "a panel needs a title"),
        (two, "two panels of a row are called \"Same\""),
        (on(panel("A")).row("Tiers").panel(panel("B")), "two rows are called \"Tiers\""),
        (on(Panel::stat("A").query("open_files")), "panel \"A\": it has no description"),
        (on(Panel::stat("A").describe("x")), "panel \"A\": it asks nothing"),
        (
            on(panel("A").threshold(Threshold::AtMost(1.0)).threshold(Threshold::AtLeast(2.0))),
            "panel \"A\": its thresholds disagree",
        ),
        (
            on(panel("A").threshold(Threshold::AtMost(f64::NAN))),
            "panel \"A\": a threshold or a range is no finite number",
        ),
        (on(panel("A").range(1.0, 1.0)), "panel \"A\": its range ends where it begins"),
        (on(panel("A").size(25, 4)), "panel \"A\": a panel is 1 to 24 columns wide"),
        (on(panel("A").link("Page", "")), "panel \"A\": a link needs a title and an address"),
        (Dashboard::new("Storage"), "the dashboard \"Storage\" has no panels"),
        (Dashboard::new("!").panel(panel("A")), "a dashboard needs a title with a letter"),
        (
            Dashboard::new("Red").panel(panel("A")),
            "the file of the dashboard \"Red\" would be that of a dashboard that every service has",
        ),
        (
            on(panel("A")).variable("sate", "db_connections"),
            "variable sate: what it aggregates has no label `sate`; did you mean `state`?",
        ),
        (on(panel("A")).variable("job", "db_connections"), "variable job: this variable is there already"),
    ] {
        let found = told(vec![dashboard], vec![Foreign::metric("node_load1").labels(["mode"])]);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{found:#?}\n  not {expected}");
    }
}

/// A query that needs a value where no label's could stand.
const QUANTILE: &str =
    "histogram_quantile($q, sum by (le) (rate(function_calls_duration_seconds_bucket[$window])))";

fn chosen_in(query: &str) -> Dashboard {
    on(panel("A").query(query))
        .choice("q", [("p50", "0.5"), ("p99", "0.99")])
        .choice("window", [("5 minutes", "5m")])
}

#[test]
fn each_value_of_a_choice_is_checked_in_each_query() {
    assert_eq!(told(vec![chosen_in(QUANTILE)], Vec::new()), [""; 0]);
    for (dashboard, expected) in [
        (on(panel("A").query(QUANTILE)).choice("q", [("p50", "0.5")]), "panel \"A\": no PromQL: "),
        (chosen_in("sum($metric)"), "panel \"A\": the dashboard has no variable `$metric`"),
        (
            chosen_in("sum(rate(db_connections[$window]) > $q)").choice("window", [("a", "1h")]),
            "variable window: another variable has that name already",
        ),
        (chosen_in("db_connections").choice("job", [("a", "b")]), "variable job: another variable has"),
        (chosen_in("db_connections").choice("none", [("", ""); 0]), "variable none: it has no values"),
        (chosen_in("db_connections").choice("x", [("a, b", "c")]), "variable x: \"a, b\" is empty or has"),
        (on(panel("A")).refresh("10 s"), "`refresh`: expected a whole number and one of s, m, h, d, w"),
        (on(panel("A")).refresh("1s"), "`refresh`: \"1s\" is less than 5 seconds"),
        (on(panel("A")).shows("now"), "`shows`: expected a whole number"),
    ] {
        let found = told(vec![dashboard], Vec::new());
        // A query that cannot be read is told of once, and of its variables besides.
        assert!(found.iter().any(|found| found.starts_with(expected)), "{found:#?}\n  not {expected}");
    }
    let wrong = chosen_in("db_connections{state=\"$q\"} > $w").choice("w", [("one", "1"), ("all", "every")]);
    let found = told(vec![wrong], Vec::new());
    assert!(found.len() == 1 && found[0].contains("unknown metric `every`"), "the second value: {found:?}");
}

#[test]
fn a_click_leads_somewhere() {
    let by_state = || Panel::pie("A").describe("x").query("sum by (state) (db_connections)");
    let there = || Dashboard::new("One state").variable("state", "db_connections").panel(panel("B"));
    let told = |panel: Panel| told(vec![on(panel), there()], Vec::new());
    assert_eq!(
        told(by_state().drill_down("One state", ["state"]).traces("query").data_link("Wiki", "/w")),
        [""; 0]
    );
    for (panel, expected) in [
        (
            by_state().drill_down("One stat", ["state"]),
            "panel \"A\": there is no composed dashboard \"One stat\" to drill down to; did you mean \"One state\"?",
        ),
        (
            by_state().drill_down("One state", ["tier"]),
            "panel \"A\": the dashboard \"One state\" has no variable `tier`: add `.variable(\"tier\", …)` there",
        ),
        (
            panel("A").drill_down("One state", ["state"]),
            "panel \"A\": no query of it has the label `state` to drill down by",
        ),
        (by_state().traces(" "), "panel \"A\": `.traces(…)` needs the name of a span"),
        (by_state().data_link("", "/w"), "panel \"A\": a data link needs a title and an address"),
        (Panel::text("A", ""), "panel \"A\": it has no description"),
        (Panel::logs("A", "orders").describe("x"), "panel \"A\": a query of lines starts with a selector"),
        (
            Panel::logs("A", "{a=\"b\"}").describe("x").query("db_connections"),
            "panel \"A\": lines are asked for by `Panel::logs` alone",
        ),
        (
            Panel::logs("A", "{a=\"$here\"}").describe("x"),
            "panel \"A\": the dashboard has no variable `$here`",
        ),
        (Panel::text("A", "x").query("db_connections"), "panel \"A\": text asks nothing"),
    ] {
        assert_eq!(
            told(panel).first().map(String::as_str).map(|told| told.starts_with(expected)),
            Some(true),
            "{expected}"
        );
    }
}

#[test]
fn declarations_are_checked_too() {
    for (foreign, expected) in [
        (Foreign::prefix(""), "\"\" does not name metrics"),
        (Foreign::metric("node load"), "\"node load\" does not name metrics"),
        (Foreign::metric("db_connections"), "`db_connections` is exported by this program"),
    ] {
        let found = told(Vec::new(), vec![foreign]);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
    }
}

#[test]
fn dashboards_of_one_name_are_told_of_each_other() {
    let found = mistakes(&plan(vec![on(panel("A")), on(panel("B"))], Vec::new()));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].message.starts_with("the file of the dashboard \"Storage\" would be that of the dashboard")
    );
}

#[test]
fn the_board_of_kernels_has_its_name_where_there_is_one() {
    let composed = || vec![Dashboard::new("GPU").panel(panel("A"))];
    assert_eq!(mistakes(&plan(composed(), Vec::new())), []);
    let plan = Plan { catalogue: example::with_kernels(), ..plan(composed(), Vec::new()) };
    let found = mistakes(&plan);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].message.ends_with("would be that of the dashboard of kernels and devices"), "{found:?}");
}

#[test]
fn a_mistake_stands_where_the_query_was_written() {
    let line = line!() + 1;
    let wrong = panel("A").query("open_file");
    let found = mistakes(&plan(vec![on(wrong)], Vec::new()));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].place.line, found[0].place.file.as_str()), (line, file!()));
    assert!(found[0].to_string().starts_with(&format!("{}:{line}:", file!())), "{}", found[0]);
}

#[test]
fn what_was_composed_reads_back() {
    let composed =
        plan(vec![on(panel("A").threshold(Threshold::AtMost(0.9)))], vec![Foreign::prefix("node_")]).composed;
    let text = serde_json::to_string(&composed).unwrap();
    assert_eq!(serde_json::from_str::<crate::compose::Composed>(&text).unwrap(), composed);
    assert_eq!(serde_json::from_str::<crate::compose::Composed>("{}").unwrap(), Default::default());
}
