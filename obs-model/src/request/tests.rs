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
            "rpc_server_call_duration_seconds http_requests_in_flight",
        ),
        (
            Side::Client,
            Protocol::Grpc,
            "rpc_client_call_duration_seconds",
            "rpc_client_call_duration_seconds",
        ),
    ] {
        assert_eq!(
            (names(side, protocol, false), names(side, protocol, true)),
            (otel.into(), classic.into())
        );
    }
}

#[test]
fn every_label_that_is_named_is_one() {
    for side in [Side::Server, Side::Client] {
        for protocol in [Protocol::Http, Protocol::Grpc] {
            for classic in [false, true] {
                let labels = Requests { classic, ..Requests::new(side, protocol) }.labels();
                for label in [labels.place, labels.status, ERROR].into_iter().chain(labels.method) {
                    assert!(labels.all.contains(&label), "{label} in {labels:?}");
                }
            }
        }
    }
}
