//! Writes what follows from the attributes in `src/`, into `OUT_DIR` and as a copy into `observability/`; and the client
//! and server of the gRPC service.

use obs_codegen::{Builder, Requests};
use tonic_build::manual;

fn main() {
    Builder::from_crate()
        .service("shop")
        .mirror_to("observability")
        // No attribute says that there are layers around the servers and the client, and what they are called.
        .requests(Requests::http_server().slow("250ms"))
        .requests(Requests::grpc_server().slow("250ms"))
        .requests(Requests::grpc_client())
        .emit();

    // What `tonic_prost_build` makes of a `.proto`, without needing `protoc`.
    let ship = manual::Method::builder()
        .name("ship")
        .route_name("Ship")
        .input_type("crate::shipping::Parcel")
        .output_type("crate::shipping::Shipped")
        .codec_path("tonic_prost::ProstCodec")
        .build();
    let shipping = manual::Service::builder().name("Shipping").package("shop").method(ship).build();
    manual::Builder::new().compile(&[shipping]);
}
