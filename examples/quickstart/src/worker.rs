//! Packs and ships what was ordered, behind the request's back.

use crate::error::{OrderError, PackingFailed};
use crate::order::Order;
use crate::store::Store;
use obs_runtime::{Gauge, TraceContext, metric, observe};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, Permit, Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// Orders that may wait.
const LENGTH: usize = 1024;

/// How often the shelves are filled.
const RESTOCK: Duration = Duration::from_secs(2);

/// Orders that wait for the worker.
#[metric(gauge, name = "dispatch_queue_orders")]
static WAITING: Gauge = Gauge::new();

/// The way to the worker. The worker stops when the last one is dropped and everything is shipped.
#[derive(Clone, Debug)]
pub struct Queue {
    sender: Sender<Job>,
}

/// A place in the queue.
#[derive(Debug)]
pub struct Place<'a> {
    /// None when the worker is gone, which happens only when the service stops.
    permit: Option<Permit<'a, Job>>,
}

#[derive(Debug)]
struct Job {
    order: Order,
    /// The request's trace, which goes on here.
    trace: Option<TraceContext>,
}

impl Queue {
    /// Waits for a place, so that nothing is charged that has to wait to be shipped.
    pub async fn place(&self) -> Place<'_> {
        Place { permit: self.sender.reserve().await.ok() }
    }
}

impl Place<'_> {
    /// Hands an order over.
    pub fn send(self, order: Order) {
        if let Some(permit) = self.permit {
            WAITING.inc();
            permit.send(Job { order, trace: TraceContext::current() });
        }
    }
}

/// Starts the worker.
pub fn start(store: Arc<Store>) -> (Queue, JoinHandle<()>) {
    let (sender, jobs) = mpsc::channel(LENGTH);
    (Queue { sender }, tokio::spawn(work(store, jobs)))
}

async fn work(store: Arc<Store>, mut jobs: Receiver<Job>) {
    let mut restock = interval(RESTOCK);
    restock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                Some(job) => handle(&store, job),
                None => return,
            },
            _ = restock.tick() => {
                if let Err(error) = store.restock() {
                    obs_runtime::report(&error);
                }
            }
        }
    }
}

fn handle(store: &Store, job: Job) {
    WAITING.dec();
    let _trace = job.trace.map(TraceContext::attach);
    // One order that cannot be packed must not take the worker down, and all other orders with it.
    let result = catch_unwind(AssertUnwindSafe(|| dispatch(store, &job.order)));
    let result = result.unwrap_or_else(|_| {
        obs_runtime::report(&PackingFailed(job.order.id));
        store.mark(job.order.id, "stuck")
    });
    if let Err(error) = result {
        obs_runtime::report(&error);
    }
}

/// Packs an order and marks it as shipped.
#[observe(buckets = "fast", fields(id = order.id))]
fn dispatch(store: &Store, order: &Order) -> Result<(), OrderError> {
    let size = pack(order.pieces);
    store.mark(order.id, &format!("shipped in a {size} box"))
}

/// The box for one piece, for two, and so on.
const BOXES: [&str; 12] = [
    "small", "small", "middle", "middle", "middle", "middle", "large", "large", "large", "large", "large",
    "large",
];

/// Chooses the box for some pieces.
// The bug is left in: twenty pieces can be ordered, and no box holds more than twelve. It shows as
// `result="panic"`.
#[observe(no_span, buckets = "fast")]
#[metric(counter, name = "parcels_packed_total", help = "Parcels that were packed.")]
fn pack(pieces: u32) -> &'static str {
    BOXES[pieces as usize - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_box_holds_twelve() {
        assert_eq!((pack(1), pack(3), pack(12)), ("small", "middle", "large"));
        assert!(catch_unwind(|| pack(13)).is_err());
    }
}
