//! The HTTP API: orders in, orders out.

use crate::error::OrderError;
use crate::order::{self, Channel, NewOrder, Order};
use crate::payment::Payment;
use crate::store::Store;
use crate::worker::Queue;
use crate::{provider, trace};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use obs_runtime::{Capped, Counter, Histogram, metric, observe};
use std::sync::Arc;

/// What the handlers need.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Stock and orders.
    pub store: Arc<Store>,
    /// The way to the payment provider.
    pub payment: Payment,
    /// The way to the worker.
    pub queue: Queue,
}

/// Pieces ordered, by where the order came from and by item.
// Items are strings that the database knows and the compiler does not, so their number is capped here: six
// are told apart, the others are `_other`.
#[metric(counter, name = "pieces_ordered_total", labels(channel: Channel, item: Capped<6>))]
static PIECES: Counter<(Channel, Capped<6>)> = Counter::new();

/// What an order costs.
#[metric(histogram, name = "order_value_dollars", labels(channel: Channel), buckets = [5, 10, 25, 50, 100, 250, 1000])]
static VALUE: Histogram<Channel> = Histogram::new();

/// Every route, with the payment provider's among them.
pub fn router(shop: Shop) -> Router {
    Router::new()
        .route("/orders", post(place_order))
        .route("/orders/{id}", get(find_order))
        .route("/payments", post(provider::authorise))
        .layer(axum::middleware::from_fn(trace::from_caller))
        .with_state(shop)
}

/// Takes an order: reserves the stock, charges the card, keeps the order and hands it to the worker.
#[observe(
    kind = "server",
    labels(channel = order.channel),
    fields(customer = %order.customer, item = %order.item, pieces = order.pieces),
    slow = "250ms",
    slo(success = "99%", latency("50ms", "95%"), window = "30d"),
    runbook = "orders-fail"
)]
async fn place_order(
    State(shop): State<Shop>,
    Json(order): Json<NewOrder>,
) -> Result<(StatusCode, Json<Order>), OrderError> {
    order::check(&order)?;
    let reserved = shop.store.reserve(&order.item, order.pieces)?;
    let cents = order::price(reserved.each, order.pieces);
    let place = shop.queue.place().await;
    // A customer who hangs up meanwhile cancels the payment and this function; what is reserved is dropped with
    // it, and goes back.
    shop.payment.charge(&order.card, cents).await?;
    let placed = shop.store.insert(&order, reserved, cents)?;
    PIECES.with((order.channel, &order.item)).add(placed.pieces.into());
    VALUE.with(order.channel).observe(f64::from(placed.cents) / 100.0);
    place.send(placed.clone());
    Ok((StatusCode::CREATED, Json(placed)))
}

/// Shows an order and how far it has come.
#[observe(kind = "server", fields(id), slo(latency("5ms", "99%"), window = "7d"), runbook = "orders-slow")]
async fn find_order(State(shop): State<Shop>, Path(id): Path<i64>) -> Result<Json<Order>, OrderError> {
    shop.store.find(id).map(Json)
}
