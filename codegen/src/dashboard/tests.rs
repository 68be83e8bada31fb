//! What holds for every dashboard, whatever is on it.

mod gpu;

use crate::devices::Devices;
use crate::example;
use crate::plan::Plan;
use crate::subject::Subject;
use obs_model::Catalogue;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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

/// Kernels and devices that are measured, each with and without the other.
fn gpus() -> [Plan; 3] {
    let all = example::gpu_plan();
    let mut timed = all.clone();
    timed.subject.devices = Devices::Timed;
    timed.catalogue = Catalogue { kernels: all.catalogue.kernels.clone(), ..Catalogue::default() };
    [Plan { catalogue: Catalogue::default(), ..all.clone() }, timed, all]
}

/// The dashboards of each, and of requests, with the plan that they were made of.
fn dashboards() -> Vec<(Plan, Value)> {
    catalogues()
        .into_iter()
        .map(example::plan)
        .chain(gpus())
        .chain([example::with_requests()])
        .flat_map(|plan| {
            let files = super::files(&plan);
            files.into_iter().map(move |(_, json)| (plan.clone(), serde_json::from_str(&json).unwrap()))
        })
        .collect()
}

/// The dashboards of the catalogue that has everything, by their words.
fn whole() -> BTreeMap<String, Value> {
    let files = super::files(&example::plan(example::catalogue()));
    let word = |path: String| path["dashboards/registry-".len()..].trim_end_matches(".json").to_owned();
    files.into_iter().map(|(path, json)| (word(path), serde_json::from_str(&json).unwrap())).collect()
}

fn items(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().unwrap()
}

fn panels(dashboard: &Value) -> Vec<&Value> {
    items(dashboard).iter().filter(|panel| panel["type"] != "row").collect()
}

fn find<'a>(dashboard: &'a Value, title: &str) -> &'a Value {
    let found = panels(dashboard).into_iter().find(|panel| panel["title"] == title);
    found.unwrap_or_else(|| panic!("no panel {title}"))
}

fn queries(panel: &Value) -> Vec<&str> {
    panel["targets"].as_array().unwrap().iter().map(|target| target["expr"].as_str().unwrap()).collect()
}

#[test]
fn there_is_a_dashboard_for_whatever_there_is() {
    let words = |catalogue| -> Vec<String> {
        let files = super::files(&example::plan(catalogue)).into_iter();
        files
            .map(|(path, _)| path["dashboards/registry-".len()..].trim_end_matches(".json").to_owned())
            .collect()
    };
    assert_eq!(words(Catalogue::default()), ["overview", "use"]);
    let mut all = example::catalogue();
    assert_eq!(words(all.clone()), ["overview", "red", "errors", "objectives", "use", "metrics"]);
    all.functions[0].dashboard = Some("Shop floor".into());
    all.metrics[0].dashboard = Some("Shop floor".into());
    assert_eq!(words(all.clone()).last().unwrap(), "shop-floor");
    let files = super::files(&example::plan(all));
    let named: Value = serde_json::from_str(&files.last().unwrap().1).unwrap();
    assert_eq!(named["title"], "schema-registry (registry): Shop floor");
    assert!(find(&named, "register_schema: calls by result")["links"][1]["url"].is_string());
    find(&named, "db connections");
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
    for (_, dashboard) in dashboards() {
        let mut titles = BTreeSet::new();
        for panel in items(&dashboard) {
            if panel["type"] == "row" {
                titles = BTreeSet::new();
                continue;
            }
            for text in [&panel["title"], &panel["description"], &panel["fieldConfig"]["defaults"]["unit"]] {
                assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{panel}");
            }
            assert!(titles.insert(panel["title"].as_str().unwrap()), "two panels {}", panel["title"]);
            let targets = panel["targets"].as_array().unwrap();
            assert!(!targets.is_empty());
            for target in targets {
                let query = target["expr"].as_str().unwrap();
                let bound = query.contains("{le=") || query.contains(",le=");
                let buckets = query.contains("_bucket{") && !bound;
                let exemplars = target["exemplar"] == true;
                assert!(!exemplars || buckets, "exemplars are on buckets only: {query}");
                assert!(!query.contains("_total{") || query.contains("[$__rate_interval]"), "{query}");
                assert_eq!(target["datasource"]["uid"], "${datasource}");
            }
        }
    }
}

#[test]
fn own_families_and_metrics_have_panels_by_kind() {
    let all = whole();
    let metrics = &all["metrics"];
    let kind = |title: &str| find(metrics, title)["type"].as_str().unwrap().to_owned();
    assert_eq!(kind("schema size"), "timeseries");
    assert_eq!(find(metrics, "schema size")["fieldConfig"]["defaults"]["unit"], "bytes");
    assert_eq!(kind("schema size: distribution"), "heatmap");
    assert_eq!(kind("db connections by state"), "piechart");
    assert_eq!(find(metrics, "schemas registered")["fieldConfig"]["defaults"]["unit"], "ops");
    let gauge = find(metrics, "db connections");
    assert_eq!(gauge["description"], "What db_connections says. The current value of each instance.");
    assert_eq!(gauge["links"][0]["url"], "https://example.org/registry/blob/HEAD/src/metrics.rs#L7");
    let red = &all["red"];
    assert_eq!(find(red, "checkout: calls by result")["type"], "timeseries");
    let steps = &find(red, "Error ratio")["fieldConfig"]["defaults"]["thresholds"]["steps"];
    assert_eq!(steps[1]["value"], 0.001);
    let links = &find(red, "p99 by function")["fieldConfig"]["defaults"]["links"];
    assert!(links[0]["url"].as_str().unwrap().starts_with("/explore?schemaVersion=1&panes="), "{links}");
}

/// A sum of buckets with different bounds is no histogram.
#[test]
fn functions_with_different_buckets_are_not_added_up() {
    let mut catalogue = example::catalogue();
    let red = |catalogue: &Catalogue| -> Value {
        let files = super::files(&example::plan(catalogue.clone()));
        let (_, json) = files.into_iter().find(|(path, _)| path.ends_with("-red.json")).unwrap();
        serde_json::from_str(&json).unwrap()
    };
    let heatmaps = |red: &Value| panels(red).iter().filter(|panel| panel["type"] == "heatmap").count();
    let alike = red(&catalogue);
    assert_eq!(heatmaps(&alike), 1);
    assert!(queries(find(&alike, "p99"))[0].starts_with("histogram_quantile(0.99, sum by (le) ("));
    catalogue.functions.iter_mut().find(|f| f.name == "Index::lookup").unwrap().buckets =
        vec![0.000_001, 0.1];
    let mixed = red(&catalogue);
    assert_eq!(heatmaps(&mixed), 2);
    let query = queries(find(&mixed, "p99"))[0];
    assert!(query.starts_with("max(histogram_quantile(0.99, sum by (le, function, module) ("), "{query}");
    let fast = find(&mixed, "Durations, 1us to 100ms");
    assert!(queries(fast)[0].contains("function=~\"Index::lookup\""), "{fast}");
}

#[test]
fn objectives_are_asked_of_what_the_rules_record() {
    let all = whole();
    let budgets = find(&all["overview"], "Error budgets remaining");
    let [query] = queries(budgets)[..] else { panic!("one query") };
    assert!(
        query.starts_with("min by (sloth_slo) (slo:period_error_budget_remaining:ratio{sloth_id=~\""),
        "{query}"
    );
    let bad = queries(find(&all["objectives"], "Bad events"));
    assert!(bad[0].contains("slo:sli_error:ratio_rate5m{sloth_id=\"schema-registry-"), "{bad:?}");
    let rows = items(&all["objectives"]).iter().filter(|item| item["type"] == "row");
    assert_eq!(rows.count(), crate::objective::all(&example::plan(example::catalogue())).len());
}

#[test]
fn requests_have_a_dashboard_where_they_are_named() {
    let plan = example::with_requests();
    let files = super::files(&plan);
    let (_, json) = files.iter().find(|(path, _)| path.ends_with("-requests.json")).unwrap();
    let board: Value = serde_json::from_str(json).unwrap();
    let rows: Vec<&str> = items(&board)
        .iter()
        .filter(|item| item["type"] == "row")
        .map(|row| row["title"].as_str().unwrap())
        .filter(|title| !title.contains(": "))
        .collect();
    let servers = ["HTTP server", "HTTP server (known)", "gRPC server", "gRPC server (known)"];
    assert_eq!(rows, [&servers[..], &["HTTP client (edge)", "gRPC client"]].concat());
    let of = |title: &str, family: &str| {
        let panels = panels(&board).into_iter().filter(|panel| panel["title"] == title);
        let asked: Vec<String> = panels.flat_map(queries).map(str::to_owned).collect();
        asked
            .into_iter()
            .find(|query| query.contains(family))
            .unwrap_or_else(|| panic!("{title} of {family}"))
    };
    assert_eq!(
        of("Requests by route", "http_server_request_duration_seconds_count"),
        "topk(10, sum by (http_request_method, http_route) (rate(http_server_request_duration_seconds_count{job=~\"$job\",instance=~\"$instance\",http_route=~\"$http_route\"}[$__rate_interval])))"
    );
    for (title, family) in [
        ("Requests by class of status", "http_response_status_code=~\"5..\""),
        (
            "Calls by status",
            "sum by (rpc_response_status_code) (rate(rpc_server_call_duration_seconds_count{",
        ),
        ("Error ratio by server", "edge_http_client_request_duration_seconds_count{"),
        (
            "p99 by method",
            "sum by (le, server_address, rpc_method) (rate(rpc_client_call_duration_seconds_bucket{",
        ),
        ("Durations", "http_server_request_duration_seconds_bucket{"),
        ("Size of answers", "http_server_response_body_size_bytes_bucket{"),
        ("In flight", "http_server_active_requests{"),
        // Where the durations have fewer labels, the counter tells what went wrong.
        (
            "Error ratio by route",
            "sum by (path) (rate(known_http_requests_total{job=~\"$job\",instance=~\"$instance\",path=~\"$path\",status=~\"5..|panic|_OTHER\"}",
        ),
        ("Failed requests by error type", "sum by (status) (rate(known_grpc_requests_total{"),
        ("p99 by route", "sum by (le, path) (rate(known_http_request_duration_seconds_bucket{"),
    ] {
        of(title, family);
    }
    // Both protocols of a layer share it, and it is shown once for each layer.
    assert_eq!(panels(&board).iter().filter(|panel| panel["title"] == "In flight by method").count(), 2);
    let variables = board["templating"]["list"].as_array().unwrap();
    let names: Vec<&str> = variables.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["datasource", "job", "instance", "http_route", "path", "rpc_method", "method", "traces"]
    );
    let steps = &find(&board, "p99")["fieldConfig"]["defaults"]["thresholds"]["steps"];
    assert_eq!(steps[1]["value"], 0.5, "what the build script calls slow");
}

/// The parts of the table that no metric tells.
#[test]
fn every_category_is_told_with_what_to_do() {
    let all = whole();
    let table = find(&all["errors"], "Categories");
    let [_, facts] = queries(table)[..] else { panic!("a rate, and facts") };
    for fact in [
        "\"category\", \"database\"",
        "\"retry_after\", \"5s\"",
        "\"action\", \"check the connection pool, then the primary\"",
        "\"runbook\", \"https://example.org/runbooks/database-down.md\"",
        "\"runbook\", \"https://example.org/runbooks/errors/not_found.md\"",
    ] {
        assert!(facts.contains(fact), "no {fact} in {facts}");
    }
    let panel = find(&all["errors"], "database");
    assert_eq!(panel["links"][0]["url"], "https://example.org/runbooks/database-down.md");
    assert_eq!(
        panel["description"],
        "A critical error, as many a second. What to do: check the connection pool, then the primary. \
         Try again after 5s."
    );
}

#[test]
fn the_rest_is_what_linters_want() {
    let mut uids = BTreeSet::new();
    for dashboard in whole().into_values() {
        assert!(uids.insert(dashboard["uid"].as_str().unwrap().to_owned()));
    }
    for (_, dashboard) in dashboards() {
        assert_eq!((&dashboard["editable"], &dashboard["refresh"]), (&false.into(), &"30s".into()));
        let variables = dashboard["templating"]["list"].as_array().unwrap();
        let names: Vec<&str> = variables.iter().map(|v| v["name"].as_str().unwrap()).collect();
        assert_eq!(names[..3], ["datasource", "job", "instance"]);
        assert!(dashboard["uid"].as_str().unwrap().len() <= 40);
        assert_eq!(dashboard["links"][0]["tags"], serde_json::json!(["obs", "schema-registry"]));
        let annotations = dashboard["annotations"]["list"].as_array().unwrap();
        assert_eq!(annotations.len(), 2);
        assert_eq!(
            annotations[1]["target"]["expr"],
            "max by (alertname, severity) (ALERTS{alertstate=\"firing\",service=\"schema-registry\",severity=~\"page|ticket|info\"})"
        );
        // A link to traces needs the data source that it names.
        if dashboard.to_string().contains("${traces}") {
            assert!(names.contains(&"traces"), "{}", dashboard["title"]);
        }
    }
}

#[test]
fn the_same_catalogue_gives_the_same_bytes() {
    let plan = example::plan(example::catalogue());
    assert_eq!(super::files(&plan), super::files(&plan.clone()));
}

/// Where nobody knows an address, there is no link that leads nowhere.
#[test]
fn links_need_addresses() {
    let subject = Subject { repository: None, runbooks: None, ..example::subject() };
    let plan = Plan { subject, ..example::plan(example::catalogue()) };
    for (path, json) in super::files(&plan) {
        let dashboard: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(dashboard["links"].as_array().unwrap().len(), 1);
        let links = panels(&dashboard).into_iter().filter_map(|panel| panel["links"].as_array()).flatten();
        for link in links {
            let url = link["url"].as_str().unwrap();
            assert!(url.contains("://"), "{path}: {url}");
        }
    }
}

#[cfg(feature = "promql")]
#[test]
fn every_query_is_answered_by_the_catalogue() {
    use crate::query::check::{Known, check};
    let mut count = 0;
    for (plan, dashboard) in dashboards() {
        let known = Known::of_plan(&plan);
        let annotations = dashboard["annotations"]["list"].as_array().unwrap();
        let annotations = annotations.iter().map(|a| a["target"]["expr"].as_str().unwrap().to_owned());
        let found = crate::query::found::in_dashboard(&dashboard).into_iter().map(|found| found.query);
        for query in found.chain(annotations) {
            assert_eq!(check(&query, &known), [""; 0], "{query}");
            count += 1;
        }
    }
    assert!(count > 300, "{count}");
}
