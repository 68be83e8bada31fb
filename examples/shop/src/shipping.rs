//! The gRPC service: parcels in, carriers out; and the client of whoever has parcels.

use crate::args::Args;
use crate::error::{OrderError, ShippingError};
use crate::telemetry;
use obs_runtime::tower::{ClientLayer, ServerLayer};
use obs_runtime::{Check, Counter, LabelValue, metric, observe};
use std::error::Error;
use std::net::TcpStream;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server, Uri};
use tonic::{Request, Response, Status};
use tower::Layer;

/// What tonic makes of the service in `build.rs`.
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic)]
mod generated {
    tonic::include_proto!("shop.Shipping");
}

use generated::shipping_client::ShippingClient;
use generated::shipping_server::{self, ShippingServer};

/// What is to be shipped.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Parcel {
    /// The order's number.
    #[prost(uint64, tag = "1")]
    pub order: u64,
    /// How many pieces are in it.
    #[prost(uint32, tag = "2")]
    pub pieces: u32,
    /// Where it goes to.
    #[prost(string, tag = "3")]
    pub address: String,
}

/// What is on its way.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Shipped {
    /// Who has it.
    #[prost(string, tag = "1")]
    pub carrier: String,
}

/// How a parcel goes.
#[derive(Clone, Copy, Debug, LabelValue)]
enum Carrier {
    Bicycle,
    Van,
}

/// Parcels that are on their way, by who has them.
#[metric(counter, name = "parcels_shipped_total", labels(carrier: Carrier))]
static SHIPPED: Counter<Carrier> = Counter::new();

/// Chooses who goes.
#[observe(fields(order = parcel.order), slo(success = "99%", window = "30d"))]
async fn choose(parcel: &Parcel) -> Result<Carrier, ShippingError> {
    // Carriers take a moment to answer.
    tokio::time::sleep(Duration::from_millis(2)).await;
    match parcel.pieces {
        _ if parcel.address == "the moon" => Err(ShippingError::NoCarrier),
        0..=2 => Ok(Carrier::Bicycle),
        3..=20 => Ok(Carrier::Van),
        pieces => Err(ShippingError::TooHeavy(pieces)),
    }
}

/// Who answers calls.
#[derive(Clone, Copy, Debug)]
struct Desk;

#[tonic::async_trait]
impl shipping_server::Shipping for Desk {
    async fn ship(&self, request: Request<Parcel>) -> Result<Response<Shipped>, Status> {
        let carrier = choose(request.get_ref()).await?;
        SHIPPED.with(carrier).inc();
        let carrier = match carrier {
            Carrier::Bicycle => "by bicycle",
            Carrier::Van => "by van",
        };
        // The line has the ids that came with the call.
        tracing::info!(order = request.get_ref().order, carrier, "on its way");
        Ok(Response::new(Shipped { carrier: carrier.to_owned() }))
    }
}

/// Serves until it is told to stop.
///
/// # Errors
///
/// Something cannot be started.
pub async fn serve(
    args: &Args,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let obs = telemetry::init(args, Check::new("desk", || Ok::<(), String>(())))?;
    let listener = TcpListener::bind(args.listen).await?;
    let metrics = obs.local_addr().unwrap_or(args.metrics);
    tracing::info!(address = %listener.local_addr()?, %metrics, "listening");

    Server::builder()
        .layer(ServerLayer::new())
        .add_service(ShippingServer::new(Desk))
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop)
        .await?;
    eprintln!("shop: {}", obs.shutdown().await);
    Ok(())
}

/// Whoever has parcels to be shipped. Clones share a connection.
#[derive(Clone, Debug)]
pub struct Client {
    grpc: ShippingClient<obs_runtime::tower::Client<Channel>>,
}

impl Client {
    /// A client of the service there, which connects with the first call.
    ///
    /// # Errors
    ///
    /// That is no address.
    pub fn to(address: &str) -> Result<Client, Box<dyn Error>> {
        let origin: Uri = address.parse().map_err(|_| format!("{address} is no address of a service"))?;
        let channel = Channel::builder(origin.clone()).timeout(Duration::from_secs(2)).connect_lazy();
        // The layer sends the trace and the ids along, and counts calls; the origin says whose calls they are.
        let channel = ClientLayer::new().layer(channel);
        Ok(Client { grpc: ShippingClient::with_origin(channel, origin) })
    }

    /// Has a parcel shipped.
    ///
    /// # Errors
    ///
    /// It is refused, or nobody answers.
    pub async fn ship(&self, parcel: Parcel) -> Result<Shipped, OrderError> {
        let answer = self.grpc.clone().ship(parcel).await?;
        Ok(answer.into_inner())
    }
}

/// Whether somebody listens there.
pub fn check(address: String) -> Check {
    let authority = address.parse::<Uri>().ok().and_then(|uri| uri.authority().cloned());
    let ping = move || {
        let authority = authority.as_ref().ok_or_else(|| format!("{address} is no address of a service"))?;
        TcpStream::connect(authority.as_str()).map(drop).map_err(|error| error.to_string())
    };
    Check::new("shipping", ping).timeout("1s").degraded_over("100ms")
}
