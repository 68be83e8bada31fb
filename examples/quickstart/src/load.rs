//! Customers: real HTTP traffic, of which some fails, some is given up, and some meets a bug.

use crate::http::Client;
use crate::order::{Channel, NewOrder, Order};
use crate::store::ITEMS;
use axum::http::StatusCode;
use obs_runtime::TraceContext;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// How hard to drive.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Customers at once; each has at most one request under way.
    pub customers: usize,
    /// Milliseconds that each of them thinks at most between two requests.
    pub pause: u64,
}

/// What the summary is made of.
pub const BUSY: Pace = Pace { customers: 16, pause: 40 };
/// What goes on with `--serve`.
pub const GENTLE: Pace = Pace { customers: 4, pause: 200 };

/// What the customers have seen so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Requests that were answered as hoped.
    pub served: AtomicU64,
    /// Requests that were refused.
    pub refused: AtomicU64,
    /// Requests that were given up before the answer.
    pub given_up: AtomicU64,
    /// The number of the last order, to ask for.
    last: AtomicI64,
}

/// Traffic that goes on until it is stopped.
#[derive(Debug)]
pub struct Load {
    /// What has happened so far.
    pub tally: Arc<Tally>,
    stopping: Arc<AtomicBool>,
    customers: JoinSet<()>,
}

impl Load {
    /// Starts driving the service at this address.
    pub fn start(api: SocketAddr, pace: Pace) -> Load {
        let (tally, stopping) = (Arc::<Tally>::default(), Arc::<AtomicBool>::default());
        let http = Client::new();
        let mut customers = JoinSet::new();
        for number in 0..pace.customers {
            let customer = Customer {
                name: format!("customer-{number}"),
                http: http.clone(),
                base: format!("http://{api}/orders"),
                tally: Arc::clone(&tally),
            };
            // Each begins with another kind of order, so that even a short run has some of all.
            let (first, _) = KINDS[number % KINDS.len()];
            customers.spawn(customer.shop(first, pace.pause, Arc::clone(&stopping)));
        }
        Load { tally, stopping, customers }
    }

    /// Lets every customer finish the request that is under way.
    pub async fn stop(self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.customers.join_all().await;
    }
}

/// What is special about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The customer hangs up before the payment is through.
    GivenUp,
    /// More pieces than any box holds: the worker panics.
    Bulky,
    /// A card that is declined.
    Declined,
    /// A card for which the payment takes too long.
    Slow,
    /// A card that breaks the payment provider.
    Broken,
    /// An item that nobody sells.
    Unknown,
    /// An item that sells out.
    Scarce,
    /// More pieces than can be ordered.
    TooMany,
    /// Nothing.
    Usual,
}

/// The kinds, each with how many of a hundred orders are of it. The first four suffice for every result.
const KINDS: [(Kind, u32); 9] = [
    (Kind::GivenUp, 4),
    (Kind::Bulky, 2),
    (Kind::Declined, 4),
    (Kind::Usual, 83),
    (Kind::Slow, 1),
    (Kind::Broken, 1),
    (Kind::Unknown, 1),
    (Kind::Scarce, 3),
    (Kind::TooMany, 1),
];

impl Kind {
    fn random() -> Kind {
        let mut number = fastrand::u32(0..100);
        for (kind, share) in KINDS {
            match number.checked_sub(share) {
                Some(rest) => number = rest,
                None => return kind,
            }
        }
        Kind::Usual
    }
}

struct Customer {
    name: String,
    http: Client,
    base: String,
    tally: Arc<Tally>,
}

impl Customer {
    async fn shop(self, first: Kind, pause: u64, stopping: Arc<AtomicBool>) {
        self.trade(self.buy(first)).await;
        while !stopping.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=pause))).await;
            if one_in(3) { self.trade(self.look()).await } else { self.trade(self.buy(Kind::random())).await }
        }
    }

    /// Makes a request and notes what came of it.
    async fn trade(&self, request: impl Future<Output = Option<bool>>) {
        // One request in ten belongs to a trace that somebody records.
        let outcome = if one_in(10) { sampled().in_future(request).await } else { request.await };
        let counter = match outcome {
            Some(true) => &self.tally.served,
            Some(false) => &self.tally.refused,
            None => &self.tally.given_up,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Orders something. `Some` is the answer, yes or no.
    async fn buy(&self, kind: Kind) -> Option<bool> {
        let order = self.order(kind);
        let answer = self.http.post(&self.base, &order);
        // The payment alone takes longer than those who hang up wait.
        let patience = Duration::from_millis(if kind == Kind::GivenUp { 5 } else { 10_000 });
        let (status, body) = tokio::time::timeout(patience, answer).await.ok()?.ok()?;
        if let Ok(order) = serde_json::from_slice::<Order>(&body) {
            self.tally.last.store(order.id, Ordering::Relaxed);
        }
        Some(status == StatusCode::CREATED)
    }

    /// Asks how far an order has come; now and then for one that nobody made.
    async fn look(&self) -> Option<bool> {
        let last = self.tally.last.load(Ordering::Relaxed);
        let id = if one_in(20) { i64::MAX } else { fastrand::i64(1..=last.max(1)) };
        let (status, _) = self.http.get(&format!("{}/{id}", self.base)).await.ok()?;
        Some(status == StatusCode::OK)
    }

    fn order(&self, kind: Kind) -> NewOrder {
        let item = match kind {
            Kind::Unknown => "tea",
            Kind::Scarce => "geisha",
            _ => ITEMS[fastrand::usize(0..ITEMS.len() - 1)].0,
        };
        let pieces = match kind {
            Kind::Bulky => 13,
            Kind::TooMany => 50,
            _ => fastrand::u32(1..=4),
        };
        let card = match kind {
            Kind::Declined => "declined",
            Kind::Slow => "slow",
            Kind::Broken => "broken",
            _ => "good",
        };
        let channel = match fastrand::u32(0..10) {
            0..6 => Channel::Web,
            6..9 => Channel::Mobile,
            _ => Channel::Partner,
        };
        NewOrder { customer: self.name.clone(), channel, item: item.into(), pieces, card: card.into() }
    }
}

/// A new trace, as a caller with a tracer of its own would send it.
fn sampled() -> TraceContext {
    TraceContext { trace_id: fastrand::u128(1..), span_id: fastrand::u64(1..), sampled: true }
}

fn one_in(n: u32) -> bool {
    fastrand::u32(0..n) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_a_hundred() {
        assert_eq!(KINDS.iter().map(|(_, share)| share).sum::<u32>(), 100);
    }
}
