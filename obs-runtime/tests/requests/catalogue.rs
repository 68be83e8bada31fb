//! What layers export is what code generation takes them to export.

use super::*;
use obs_model::request::{Protocol, Requests, Side};
use obs_runtime::snapshot::FamilyKind;
use obs_runtime::tower::{ClientLayer, ServerLayer};

/// A request of HTTP and a call of gRPC.
fn both<L>(layer: &L)
where
    L: Layer<Does<Answering>>,
    L::Service: Service<Request<()>>,
{
    for headers in [&[][..], &[("content-type", "application/grpc"), ("content-length", "7")]] {
        let mut service = layer.layer(Does(answering as Answering));
        drop(now(service.call(request("POST", "http://shop/orders", headers))));
    }
    // A size is counted of those that say it.
    let mut service = layer.layer(Does(answering as Answering));
    drop(now(service.call(request("POST", "http://shop/orders", &[("content-length", "7")]))));
}

type Answering = fn(Request<()>) -> Ready<Answer>;

fn answering(_: Request<()>) -> Ready<Answer> {
    ready(Ok(Response::builder().header("grpc-status", "13").status(500).body(Frames::default()).unwrap()))
}

#[test]
fn every_family_is_the_one_that_the_model_describes() {
    let prefix = |classic: bool| if classic { "described_classic" } else { "described" };
    for classic in [false, true] {
        let (server, client) =
            (ServerLayer::new().prefix(prefix(classic)), ClientLayer::new().prefix(prefix(classic)));
        both(&if classic { server.classic_names() } else { server });
        both(&if classic { client.classic_names() } else { client });
    }
    let snapshot = obs_runtime::snapshot();
    let told = obs_runtime::catalogue().requests;
    let mut described = 0;
    for classic in [false, true] {
        for side in [Side::Server, Side::Client] {
            for protocol in [Protocol::Http, Protocol::Grpc] {
                let requests = Requests::new(side, protocol).with_prefix(prefix(classic));
                let requests = Requests { classic, ..requests };
                assert!(told.contains(&requests), "{requests:?} in {told:?}");
                for family in requests.families() {
                    let found = snapshot.family(&family.name).unwrap_or_else(|| panic!("{}", family.name));
                    let kind = match found.kind {
                        FamilyKind::Counter => "counter",
                        FamilyKind::Gauge => "gauge",
                        _ => "histogram",
                    };
                    assert_eq!((kind, &*found.help), (family.kind.as_str(), family.help), "{}", family.name);
                    for label in
                        found.series.iter().flat_map(|series| series.labels.pairs()).map(|(name, _)| name)
                    {
                        let known = family.labels.iter().any(|(_, known)| known == label);
                        assert!(known, "{} has {label}", family.name);
                    }
                    described += 1;
                }
            }
        }
    }
    // Each but the gauge that two protocols share, twice.
    let exported = snapshot.families.iter().filter(|family| family.name.starts_with("described_")).count();
    assert_eq!(exported, described - 2);
}

#[test]
fn requests_are_in_the_catalogue_once_there_were_any() {
    let requests = |protocol| Requests::new(Side::Server, protocol).with_prefix("counted");
    let layer = ServerLayer::new().prefix("counted");
    let idle = layer.layer(Does(answering as Answering));
    assert!(!obs_runtime::catalogue().requests.contains(&requests(Protocol::Http)));
    drop(idle);
    drop(send(&layer, request("GET", "/", &[]), answer(200, Frames::default())));
    let told = obs_runtime::catalogue().requests;
    assert!(
        told.contains(&requests(Protocol::Http)) && !told.contains(&requests(Protocol::Grpc)),
        "{told:?}"
    );
}
