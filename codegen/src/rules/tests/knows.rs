//! What is composed, and whether the catalogue answers every query.

use super::*;
use crate::compose::{Alert, Composed, Objective};

#[cfg(feature = "promql")]
pub(super) fn composed() -> Composed {
    Composed {
        alerts: vec![
            Alert::new("PoolExhausted", "db_connections{state=\"idle\"} < 2")
                .after("10m")
                .severity("page")
                .label("tier", "{{storage}}")
                .summary("{{ $value }} idle connections in {{ $labels.job }}")
                .describe("Only {{ $value }} connections of {{ $labels.instance }} are idle.")
                .runbook("database-down"),
            Alert::new("NothingRegistered", "sum by (job) (rate(schemas_registered_total[1h])) == 0")
                .summary("No schema was registered for an hour")
                .fires_when("schemas_registered_total{job=\"a\"}", "7x60"),
        ],
        objectives: vec![
            Objective::new("stored")
                .events("schemas_registered_total{format=\"bad\"}", "schemas_registered_total")
                .success("99%"),
            Objective::new("small").histogram("schema_size_bytes").at_most(4096.0, "99.9%").window("7d"),
            Objective::new("both")
                .functions(["registry::register_schema", "registry::shop::checkout"])
                .success("99.5%"),
        ],
        ..Composed::default()
    }
}

#[cfg(not(feature = "promql"))]
pub(super) fn composed() -> Composed {
    let _: Option<(Alert, Objective)> = None;
    Composed::default()
}

#[cfg(feature = "promql")]
#[test]
fn every_expression_is_answered_by_the_catalogue() {
    use crate::query::check::check;
    let plan = full();
    assert_eq!(crate::compose::mistakes(&plan), []);
    let known = crate::query::check::Known::of_plan(&plan);
    let alerts = alert::all(&plan);
    let mut queries: Vec<String> = recorded(&plan).into_iter().map(|(_, query, _)| query).collect();
    queries.extend(alerts.iter().map(|alert| alert.query.to_string()));
    queries.extend(alerts.iter().flat_map(|alert| &alert.guide.queries).map(|(_, query)| query.to_string()));
    println!("{} queries", queries.len());
    for query in queries {
        assert_eq!(check(&query, &known), [""; 0], "{query}");
    }
}

/// A template that names a label which is not there says nothing at all.
#[cfg(feature = "promql")]
#[test]
fn every_label_in_a_text_is_one_of_the_alert_s() {
    use crate::query::check::{Known, labels_of};
    let plan = full();
    let known = Known::of_plan(&plan);
    let mut named = 0;
    for alert in alert::all(&plan) {
        let labels = labels_of(&alert.query.to_string(), &known);
        let added = alert.all_labels(&plan.subject);
        for (_, text) in alert.annotations(&plan.subject) {
            for rest in text.split("$labels.").skip(1) {
                let name =
                    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
                let there = labels.as_ref().is_none_or(|labels| labels.contains(name))
                    || added.iter().any(|(label, _)| *label == name);
                assert!(there, "{} has no label {name}: {text}", alert.name);
                named += 1;
            }
        }
    }
    assert!(named > 50, "{named}");
}

#[test]
fn thresholds_are_exact() {
    let plan = full();
    let text = file(&plan);
    for wanted in [
        "ratio_rate1h{sloth_id=\"schema-registry-registration-success\"} > 0.0144",
        "ratio_rate6h{sloth_id=\"schema-registry-registration-success\"} > 0.006",
        "ratio_rate1d{sloth_id=\"schema-registry-registration-success\"} > 0.003",
        "ratio_rate3d{sloth_id=\"schema-registry-registration-success\"} > 0.001",
        "increase1h{sloth_id=\"schema-registry-registration-success\"} >= 100",
        "expr: |-\n          vector(0.999)",
        "sloth_objective: \"99.9\"",
        "le=\"0.025\"",
        "le=~\"1([.]0)?\"",
        "runbook_url: \"https://example.org/runbooks/register-schema.md\"",
    ] {
        assert!(text.contains(wanted), "no {wanted} in\n{text}");
    }
    assert!(!text.contains("99999999"), "{text}");
}

/// A case of several objectives has the series of each; one that has none of its own would never fire there.
#[cfg(feature = "promql")]
#[test]
fn an_objective_whose_series_cannot_be_told_has_no_case_in_which_it_fires() {
    let mut plan = full();
    plan.composed.objectives = vec![
        Objective::new("known")
            .events("schemas_registered_total{format!=\"json\"}", "schemas_registered_total")
            .success("99.9%"),
    ];
    assert_eq!(crate::compose::mistakes(&plan), []);
    let fires = |case: &alert::Case| !case.fires.quiet();
    for alert in alert::all(&plan) {
        if alert.labels.contains(&("sloth_slo".to_owned(), "known-success".to_owned())) {
            assert!(!alert.cases.iter().any(fires), "{}", alert.name);
        }
    }
}
