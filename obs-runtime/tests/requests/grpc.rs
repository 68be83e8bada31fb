//! Calls of gRPC, as HTTP sees them.

use super::*;
use obs_runtime::testing::capture;
use obs_runtime::tower::{ClientLayer, ServerLayer};

const GRPC: [(&str, &str); 1] = [("content-type", "application/grpc+proto")];

fn call(uri: &str) -> Request<()> {
    request("POST", uri, &GRPC)
}

#[test]
fn the_status_is_in_the_trailers_or_in_the_head() {
    let layer = ServerLayer::new().prefix("calls");
    let family = "calls_rpc_server_call_duration_seconds";
    let (_, captured) = capture(|| {
        let body = Frames::of(&["a"]).trailed("grpc-status", "0");
        read(send(&layer, call("/shop.Orders/Get"), answer(200, body)).unwrap().into_body());
        let body = Frames::of(&["a"]).trailed("grpc-status", "13");
        read(send(&layer, call("/shop.Orders/Get"), answer(200, body)).unwrap().into_body());
        // A head alone, which nobody reads a body of. The caller is to blame.
        drop(send(&layer, call("/shop.Orders/Put"), |_| {
            let response = Response::builder().header("grpc-status", "3").body(Frames::default());
            ready(Ok::<_, Infallible>(response.unwrap()))
        }));
    });
    let method = ("rpc_method", "shop.Orders/Get");
    assert_eq!(count(family, &[method, ("rpc_response_status_code", "OK")]), 1);
    assert_eq!(
        count(family, &[method, ("rpc_response_status_code", "INTERNAL"), ("error_type", "INTERNAL")]),
        1
    );
    assert_eq!(count(family, &[("rpc_method", "shop.Orders/Put")]), 1);
    assert_eq!(labels(family).iter().filter(|labels| labels.contains("error_type")).count(), 1);
    let results: Vec<_> = captured.spans("shop.Orders/Get").map(|span| span.error_type).collect();
    assert_eq!(results, [None, Some("INTERNAL")]);
    let put = captured.span("shop.Orders/Put");
    put.assert_ok()
        .assert_field("rpc.response.status_code", "INVALID_ARGUMENT")
        .assert_field("rpc.system.name", "grpc");
    // Calls are no requests of HTTP, but they are in flight as such.
    assert!(obs_runtime::snapshot().family("calls_http_server_request_duration_seconds").is_none());
    assert_eq!(labels("calls_http_server_active_requests").len(), 1);
}

#[test]
fn a_name_that_nobody_implements_is_no_label() {
    let layer = ServerLayer::new().prefix("scan");
    for n in 0..20 {
        drop(send(&layer, call(&format!("/scan.Of{n}/Ports")), |_| {
            let response = Response::builder().header("grpc-status", "12").body(Frames::default());
            ready(Ok::<_, Infallible>(response.unwrap()))
        }));
    }
    let family = "scan_rpc_server_call_duration_seconds";
    assert_eq!(count(family, &[("rpc_method", "_OTHER"), ("rpc_response_status_code", "UNIMPLEMENTED")]), 20);
}

#[test]
fn a_call_that_nobody_waits_for_is_cancelled() {
    for side in ["server", "client"] {
        let body = Frames { open: true, ..Frames::of(&["a"]) };
        let uri = "http://orders:50051/shop.Orders/Watch";
        match side {
            "server" => read(
                send(&ServerLayer::new().prefix("watch"), call(uri), answer(200, body)).unwrap().into_body(),
            ),
            _ => read(
                send(&ClientLayer::new().prefix("watch"), call(uri), answer(200, body)).unwrap().into_body(),
            ),
        };
        let labels = [("rpc_response_status_code", "CANCELLED"), ("error_type", "cancelled")];
        assert_eq!(count(&format!("watch_rpc_{side}_call_duration_seconds"), &labels), 1, "{side}");
    }
}

#[test]
fn to_a_client_everything_but_ok_is_an_error() {
    let layer = ClientLayer::new().prefix("caller");
    let family = "caller_rpc_client_call_duration_seconds";
    let body = Frames::default().trailed("grpc-status", "5");
    read(send(&layer, call("http://orders:50051/shop.Orders/Get"), answer(200, body)).unwrap().into_body());
    let labels = [("server_address", "orders"), ("server_port", "50051"), ("error_type", "NOT_FOUND")];
    assert_eq!(count(family, &labels), 1);
    // A proxy in between knows nothing of gRPC.
    read(
        send(&layer, call("http://orders:50051/shop.Orders/Get"), answer(503, Frames::default()))
            .unwrap()
            .into_body(),
    );
    assert_eq!(count(family, &[("error_type", "UNAVAILABLE")]), 1);
}
