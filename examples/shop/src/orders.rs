//! The HTTP service: orders in, orders out.

use crate::args::Args;
use crate::error::OrderError;
use crate::shelf::{Channel, NewOrder, Order, Shelf};
use crate::shipping::{self, Client};
use crate::telemetry;
use crate::worker::{self, Queue};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use obs_runtime::tower::ServerLayer;
use obs_runtime::{Histogram, metric, observe};
use std::error::Error;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What the handlers need.
#[derive(Clone, Debug)]
pub struct Shop {
    /// What is for sale.
    pub shelf: Arc<Shelf>,
    /// The way to the worker.
    pub queue: Queue,
}

/// Pieces of an order.
#[metric(histogram, name = "order_pieces", labels(channel: Channel), buckets = [1, 2, 5, 10, 20, 50])]
static PIECES: Histogram<Channel> = Histogram::new();

/// Every route, inside of a layer that continues the caller's trace, returns the correlation id and counts requests.
pub fn router(shop: Shop) -> Router {
    Router::new()
        .route("/orders", post(place_order))
        .route("/orders/{id}", get(find_order))
        .layer(ServerLayer::new())
        .with_state(shop)
}

/// Takes an order, and leaves it to the worker.
#[observe(
    labels(channel = order.channel),
    fields(item = %order.item, pieces = order.pieces),
    slow = "100ms",
    slo(success = "99%", latency("50ms", "95%"), window = "30d"),
)]
async fn place_order(
    State(shop): State<Shop>,
    Json(order): Json<NewOrder>,
) -> Result<(StatusCode, Json<Order>), OrderError> {
    // A place first: what is taken off the shelf is shipped.
    let place = shop.queue.place()?;
    let taken = shop.shelf.take(&order)?;
    PIECES.with(order.channel).observe(f64::from(order.pieces));
    // The line has the ids of the trace and of the request, and this call's fields.
    tracing::info!(order = taken.id, "order taken");
    place.send(taken.clone(), order.address);
    Ok((StatusCode::ACCEPTED, Json(taken)))
}

/// Shows an order and how far it has come.
#[observe(fields(id))]
async fn find_order(State(shop): State<Shop>, Path(id): Path<u64>) -> Result<Json<Order>, OrderError> {
    shop.shelf.find(id).map(Json)
}

/// Serves until it is told to stop; then what was ordered is shipped, and what was recorded is sent.
///
/// # Errors
///
/// Something cannot be started.
pub async fn serve(
    args: &Args,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let address = args.shipping.clone();
    let obs = telemetry::init(args, shipping::check(address))?;
    let client = Client::to(&args.shipping)?;
    let shelf = Arc::new(Shelf::new());
    let (queue, worker) = worker::start(Arc::clone(&shelf), client);
    let listener = TcpListener::bind(args.listen).await?;
    let metrics = obs.local_addr().unwrap_or(args.metrics);
    tracing::info!(address = %listener.local_addr()?, %metrics, "listening");

    let router = router(Shop { shelf, queue });
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    // With the router, the last way to the worker is gone: it ends when it has done everything.
    worker.await?;
    eprintln!("shop: {}", obs.shutdown().await);
    Ok(())
}
