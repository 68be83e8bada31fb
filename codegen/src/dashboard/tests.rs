//! What holds for every dashboard, whatever is on it.

use crate::example;
use obs_model::Catalogue;
use serde_json::Value;
use std::collections::BTreeSet;

/// Catalogues that differ in what they have: everything, nothing, and each part alone.
fn catalogues() -> Vec<Catalogue> {
    let all = example::catalogue();
    let own: Vec<_> = all.functions.iter().filter(|function| function.metric.is_some()).cloned().collect();
    vec![
        Catalogue::default(),
        Catalogue { functions: own, ..Catalogue::default() },
        Catalogue { metrics: all.metrics.clone(), ..Catalogue::default() },
        Catalogue { errors: all.errors.clone(), ..Catalogue::default() },
        all,
    ]
}

fn dashboards() -> Vec<(Catalogue, Value)> {
    let read = |catalogue: Catalogue| {
        let json = serde_json::from_str(&super::red(&catalogue, &example::subject())).unwrap();
        (catalogue, json)
    };
    catalogues().into_iter().map(read).collect()
}

fn items(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().unwrap()
}

fn panels(dashboard: &Value) -> Vec<&Value> {
    items(dashboard).iter().filter(|panel| panel["type"] != "row").collect()
}

#[test]
fn nothing_overlaps_and_ids_are_unique() {
    for (_, dashboard) in dashboards() {
        let (mut cells, mut ids) = (BTreeSet::new(), BTreeSet::new());
        for item in items(&dashboard) {
            let at = |key: &str| item["gridPos"][key].as_u64().unwrap();
            assert!(at("x") + at("w") <= 24, "{item}");
            for x in at("x")..at("x") + at("w") {
                for y in at("y")..at("y") + at("h") {
                    assert!(cells.insert((x, y)), "({x}, {y}) is taken: {item}");
                }
            }
            assert!(ids.insert(item["id"].as_u64().unwrap()));
        }
    }
}

#[test]
fn each_panel_has_a_title_a_description_a_unit_and_queries() {
    let (_, dashboard) = dashboards().pop().unwrap();
    assert!(panels(&dashboard).len() > 20);
    let mut titles = BTreeSet::new();
    for panel in panels(&dashboard) {
        for text in [&panel["title"], &panel["description"], &panel["fieldConfig"]["defaults"]["unit"]] {
            assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{panel}");
        }
        assert!(titles.insert(panel["title"].as_str().unwrap()), "two panels {}", panel["title"]);
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            let query = target["expr"].as_str().unwrap();
            let bound = query.contains("{le=") || query.contains(",le=");
            let buckets = query.contains("_bucket{") && !bound && target["range"] == true;
            assert_eq!(target["exemplar"].as_bool(), Some(buckets), "exemplars are on buckets only: {query}");
            assert!(query.contains("job=~\"$job\"") && query.contains("instance=~\"$instance\""), "{query}");
            assert!(!query.contains("_total{") || query.contains("[$__rate_interval]"), "{query}");
            assert_eq!(target["datasource"]["uid"], "${datasource}");
        }
    }
}

#[test]
fn own_families_and_metrics_have_panels_by_kind() {
    let (_, dashboard) = dashboards().pop().unwrap();
    let panel = |title: &str| {
        let found = panels(&dashboard).into_iter().find(|panel| panel["title"] == title);
        found.unwrap_or_else(|| panic!("no panel {title}"))
    };
    let size = panel("schema size");
    assert_eq!(
        (&size["type"], &size["fieldConfig"]["defaults"]["unit"]),
        (&"timeseries".into(), &"bytes".into())
    );
    assert_eq!(panel("schema size: distribution")["type"], "heatmap");
    assert_eq!(panel("schemas registered")["fieldConfig"]["defaults"]["unit"], "ops");
    assert_eq!(
        panel("db connections")["description"],
        "What db_connections says. The current value of each instance."
    );
    assert_eq!(panel("checkout: calls by result")["type"], "timeseries");
    let steps = &panel("register_schema: within 25ms, objective 95%")["fieldConfig"]["defaults"]["thresholds"]
        ["steps"];
    assert_eq!(steps[1]["value"], 0.95);
    let steps = &panel("Error ratio")["fieldConfig"]["defaults"]["thresholds"]["steps"];
    assert_eq!(steps[1]["value"], 0.001);
}

#[test]
fn the_rest_is_what_linters_want() {
    for (_, dashboard) in dashboards() {
        assert_eq!(dashboard["editable"], false);
        let names: Vec<&str> = dashboard["templating"]["list"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v["name"].as_str().unwrap())
            .collect();
        assert_eq!(names[..3], ["datasource", "job", "instance"]);
        assert!(dashboard["uid"].as_str().unwrap().len() <= 40);
    }
}

#[test]
fn the_same_catalogue_gives_the_same_bytes() {
    let catalogue = example::catalogue();
    assert_eq!(
        super::red(&catalogue, &example::subject()),
        super::red(&catalogue.clone(), &example::subject())
    );
}

#[cfg(feature = "promql")]
#[test]
fn every_query_is_answered_by_the_catalogue() {
    use crate::family::Schema;
    use crate::query::check::{Known, check};
    let mut count = 0;
    for (catalogue, dashboard) in dashboards() {
        let known = Known::of(Schema::of(&catalogue));
        for query in crate::query::found::in_dashboard(&dashboard) {
            assert_eq!(check(&query.query, &known), [""; 0], "{query:?}");
            count += 1;
        }
    }
    assert!(count > 60, "{count}");
}
