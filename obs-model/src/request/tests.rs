//! Names and labels.

use super::*;

#[test]
fn prefixes_are_names() {
    for (written, read) in [
        ("", ""),
        ("shop", "shop_"),
        ("shop_", "shop_"),
        ("my-shop.eu", "my_shop_eu_"),
        ("7up", "_7up_"),
        ("ä", ""),
    ] {
        assert_eq!(prefix(written), read, "{written:?}");
    }
}

#[test]
fn each_kind_of_requests_has_its_families() {
    let names = |side, protocol, classic| {
        let requests = Requests { classic, ..Requests::new(side, protocol) };
        requests.families().into_iter().map(|family| family.name).collect::<Vec<_>>().join(" ")
    };
    for (side, protocol, otel, classic) in [
        (
            Side::Server,
            Protocol::Http,
            "http_server_request_duration_seconds http_server_request_body_size_bytes \
             http_server_response_body_size_bytes http_server_active_requests",
            "http_request_duration_seconds http_request_size_bytes http_response_size_bytes \
             http_requests_in_flight http_requests_total",
        ),
        (
            Side::Client,
            Protocol::Http,
            "http_client_request_duration_seconds",
            "http_client_request_duration_seconds http_client_requests_total",
        ),
        (
            Side::Server,
            Protocol::Grpc,
            "rpc_server_call_duration_seconds http_server_active_requests",
            "grpc_request_duration_seconds http_requests_in_flight grpc_requests_total",
        ),
        (
            Side::Client,
            Protocol::Grpc,
            "rpc_client_call_duration_seconds",
            "grpc_client_request_duration_seconds grpc_client_requests_total",
        ),
    ] {
        assert_eq!(
            (names(side, protocol, false), names(side, protocol, true)),
            (otel.into(), classic.into())
        );
    }
}

/// As a service has them that named its metrics itself.
fn own() -> Requests {
    let named = [
        (RequestLabel::Method, "method"),
        (RequestLabel::Route, "path"),
        (RequestLabel::Status, "status_code"),
        (RequestLabel::Call, "call"),
    ];
    Requests {
        classic: true,
        labels: named.map(|(label, name)| (label, name.to_owned())).into(),
        duration_labels: vec![RequestLabel::Method, RequestLabel::Route, RequestLabel::Call],
        buckets: [500, 1, 5].map(Duration::from_millis).into(),
        ..Requests::new(Side::Server, Protocol::Http).with_prefix("akidb")
    }
}

fn names(family: Option<RequestFamily>) -> (String, Vec<String>) {
    let family = family.unwrap();
    (family.name, family.labels.into_iter().map(|(_, name)| name).collect())
}

#[test]
fn labels_are_those_that_are_kept_under_the_names_they_are_given() {
    let http = own();
    let told = |name: &str, labels: &[&str]| {
        (name.to_owned(), labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(names(http.total()), told("akidb_http_requests_total", &["method", "path", "status_code"]));
    let durations = told("akidb_http_request_duration_seconds", &["method", "path"]);
    assert_eq!(names(Some(http.duration())), durations);
    assert_eq!(names(http.in_flight()), told("akidb_http_requests_in_flight", &["method", "scheme"]));
    // The same layer answers calls, which have other labels.
    let grpc = Requests { protocol: Protocol::Grpc, ..http };
    assert_eq!(names(grpc.total()), told("akidb_grpc_requests_total", &["status_code", "call"]));
    assert_eq!(names(Some(grpc.duration())), told("akidb_grpc_request_duration_seconds", &["call"]));
    assert_eq!(names(grpc.in_flight()), told("akidb_http_requests_in_flight", &["method", "scheme"]));
}

#[test]
fn bounds_are_ascending_and_what_a_literal_would_be() {
    assert_eq!(own().bounds(), [0.001, 0.005, 0.5]);
    let written = [0.0001, 0.0005, 0.001, 0.05, 2.5, 4.35, 30.0];
    let requests = Requests { buckets: written.map(Duration::from_secs_f64).into(), ..own() };
    assert_eq!(requests.bounds(), written);
    assert_eq!(Requests::new(Side::Client, Protocol::Grpc).bounds(), SECONDS);
}

#[test]
fn every_kind_of_requests_has_its_place_and_a_status() {
    for side in [Side::Server, Side::Client] {
        for protocol in [Protocol::Http, Protocol::Grpc] {
            for classic in [false, true] {
                let requests = Requests { classic, ..Requests::new(side, protocol) };
                for label in [requests.place(), RequestLabel::Status, RequestLabel::ErrorType] {
                    assert!(requests.label(label).is_some(), "{label:?} in {requests:?}");
                }
            }
        }
    }
}
