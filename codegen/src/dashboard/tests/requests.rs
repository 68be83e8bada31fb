//! Requests: a board of their own, and a row on the page about everything.

use super::*;

/// A board of the plan that has requests.
fn board(word: &str) -> Value {
    let files = crate::dashboard::files(&example::with_requests());
    let (_, json) = files.iter().find(|(path, _)| path.ends_with(&format!("-{word}.json"))).unwrap();
    serde_json::from_str(json).unwrap()
}

#[test]
fn requests_have_a_dashboard_where_they_are_named() {
    let board = board("requests");
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

/// Whoever is called looks at the overview first: what users notice is not to be missing there.
#[test]
fn requests_have_a_row_on_the_overview() {
    let board = board("overview");
    let titles: Vec<&str> = items(&board).iter().map(|item| item["title"].as_str().unwrap()).collect();
    let row = titles.iter().position(|title| *title == "Requests").expect("there is a row");
    assert_eq!(titles[row..row + 4], ["Requests", "Requests", "Failed requests", "p99 of requests"]);
    assert_eq!(titles[row + 4], "Calls", "before the calls that they lead to");
    for title in &titles[row + 1..row + 4] {
        let panel = panels(&board).into_iter().find(|panel| panel["title"] == **title).unwrap();
        let targets = panel["targets"].as_array().unwrap().iter();
        let legends: Vec<&str> = targets.map(|target| target["legendFormat"].as_str().unwrap()).collect();
        let servers = ["HTTP server", "HTTP server (known)", "gRPC server", "gRPC server (known)"];
        assert_eq!(legends, [&servers[..], &["HTTP client (edge)", "gRPC client"]].concat(), "{title}");
        // The choice of a route is on the other board.
        assert!(queries(panel).iter().all(|query| !query.contains("$http_route")), "{panel}");
        let link = &panel["fieldConfig"]["defaults"]["links"][0]["url"];
        let uid = example::subject().uid("requests");
        assert!(link.as_str().unwrap().starts_with(&format!("/d/{uid}?")), "{link}");
    }
    assert!(!whole()["overview"].to_string().contains("Failed requests"), "there are none to show");
}

/// A query is to say what the sentence above it says.
#[test]
fn a_client_that_is_to_blame_is_no_failure_of_the_server() {
    let board = board("requests");
    let failing = |family: &str| {
        let ratios = panels(&board).into_iter().filter(|panel| panel["title"] == "Error ratio");
        let query = ratios.flat_map(queries).find(|query| query.contains(family)).unwrap().to_owned();
        let (_, from) = query.split_once("error_type=~\"").unwrap();
        from.split('"').next().unwrap().to_owned()
    };
    assert_eq!(failing("(http_server_"), "5..|panic|_OTHER");
    assert_eq!(failing("edge_http_client_"), "[45]..|panic|_OTHER");
}
