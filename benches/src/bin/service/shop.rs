//! A service that does what services do, twice: as it is, and with everything on.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use obs_runtime::tower::ServerLayer;
use serde::{Deserialize, Serialize};

/// The spans of a request with everything on: the request's own, and those of the calls below it.
pub(crate) const SPANS: u64 = 7;

/// How large an order is. As in most services, the slowest hundredth of requests is slow because of what it asks for,
/// and not because of what the machine did meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Usual,
    Large,
}

impl Size {
    /// That of the order of this number: one in 25 is large.
    pub(crate) fn of(number: u64) -> Size {
        if number % 25 == 24 { Size::Large } else { Size::Usual }
    }

    /// The items of such an order.
    pub(crate) fn items(self) -> u64 {
        match self {
            Size::Usual => 12,
            Size::Large => 120,
        }
    }
}

/// How much work a part of a request is, in rounds over an order: some hundred microseconds in all for a usual one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    validate: u64,
    price: u64,
    store: u64,
}

impl Work {
    /// What a request takes.
    pub(crate) const USUAL: Work = Work { validate: 60, price: 110, store: 240 };
}

/// What is ordered.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    customer: String,
    items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
struct Item {
    name: String,
    pieces: u64,
}

/// What is answered.
#[derive(Debug, Serialize)]
pub(crate) struct Receipt {
    order: u64,
    customer: String,
    total: u64,
    digest: u64,
}

/// An order of so many items, as JSON.
pub(crate) fn order(items: u64) -> String {
    let item =
        |n: u64| format!(r#"{{"name":"item {n} with a name of ordinary length","pieces":{}}}"#, n % 3 + 1);
    let items: Vec<String> = (0..items).map(item).collect();
    format!(r#"{{"customer":"a customer","items":[{}]}}"#, items.join(","))
}

/// So many rounds over every byte of an order. The same code for both services: inlined, it is not.
#[inline(never)]
fn rounds(order: &Order, rounds: u64, mut digest: u64) -> u64 {
    for _ in 0..std::hint::black_box(rounds) {
        for byte in order.items.iter().flat_map(|item| item.name.bytes()) {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    digest
}

/// The service, with an attribute on each of its functions or without, and what it logs of an order.
macro_rules! service {
    ([$($observe:meta)?], $logged:expr) => {
        use super::{Json, Order, Path, Receipt, State, StatusCode, Work, rounds};

        $(#[$observe])?
        pub(crate) async fn place(
            State(work): State<Work>,
            Path(id): Path<u64>,
            Json(order): Json<Order>,
        ) -> Result<Json<Receipt>, StatusCode> {
            let seed = validate(&order, work)?;
            let mut total = 0;
            for part in 0..3 {
                total += price(&order, work, part);
            }
            let digest = store(&order, work, seed).await;
            let logged: fn(u64, u64) = $logged;
            logged(id, total);
            Ok(Json(Receipt { order: id, customer: order.customer, total, digest }))
        }

        $(#[$observe])?
        fn validate(order: &Order, work: Work) -> Result<u64, StatusCode> {
            match order.items.iter().all(|item| item.pieces > 0) {
                true => Ok(rounds(order, work.validate, 0xcbf2_9ce4_8422_2325)),
                false => Err(StatusCode::BAD_REQUEST),
            }
        }

        $(#[$observe])?
        fn price(order: &Order, work: Work, part: u64) -> u64 {
            let pieces: u64 = order.items.iter().map(|item| item.pieces).sum();
            pieces * (1 + rounds(order, work.price, part) % 7)
        }

        $(#[$observe])?
        async fn store(order: &Order, work: Work, seed: u64) -> u64 {
            let digest = rounds(order, work.store, seed);
            tokio::task::yield_now().await;
            digest
        }
    };
}

mod plain {
    service!([], |_, _| ());
}

mod observed {
    use obs_runtime::observe;

    service!([observe], |order, total| tracing::info!(order, total, "order placed"));
}

/// Without anything.
pub(crate) fn plain() -> Router {
    Router::new().route("/orders/{id}", post(plain::place)).with_state(Work::USUAL)
}

/// With the layer around it, every function observed, and a line in the log for each order.
pub(crate) fn observed() -> Router {
    Router::new()
        .route("/orders/{id}", post(observed::place))
        .layer(ServerLayer::new())
        .with_state(Work::USUAL)
}
