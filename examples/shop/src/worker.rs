//! Has shipped what was ordered, behind the request's back and still in its trace.

use crate::error::OrderError;
use crate::shelf::{Order, Shelf};
use crate::shipping::{Client, Parcel};
use obs_runtime::{Context, ContextExt, Gauge, metric, observe};
use std::sync::Arc;
use tokio::sync::mpsc::{self, OwnedPermit, Receiver, Sender};
use tokio::task::JoinHandle;

/// Orders that may wait.
const LENGTH: usize = 1024;

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
pub struct Place {
    permit: OwnedPermit<Job>,
}

#[derive(Debug)]
struct Job {
    /// What the request belongs to: its trace, its correlation id, its baggage.
    context: Context,
    order: Order,
    address: String,
}

impl Queue {
    /// A place for one order.
    ///
    /// # Errors
    ///
    /// There is none: shipping is slower than orders come.
    pub fn place(&self) -> Result<Place, OrderError> {
        let permit = self.sender.clone().try_reserve_owned();
        permit.map(|permit| Place { permit }).map_err(|_| OrderError::QueueFull)
    }
}

impl Place {
    /// Hands an order over.
    pub fn send(self, order: Order, address: String) {
        WAITING.inc();
        self.permit.send(Job { context: Context::current(), order, address });
    }
}

/// Starts the worker.
pub fn start(shelf: Arc<Shelf>, shipping: Client) -> (Queue, JoinHandle<()>) {
    let (sender, jobs) = mpsc::channel(LENGTH);
    (Queue { sender }, tokio::spawn(work(shelf, shipping, jobs)))
}

async fn work(shelf: Arc<Shelf>, shipping: Client, mut jobs: Receiver<Job>) {
    while let Some(Job { context, order, address }) = jobs.recv().await {
        WAITING.dec();
        // An order that cannot be shipped is counted, and its trace is kept; the next one may fare better.
        let done = dispatch(&shelf, &shipping, &order, address).in_context(context).await;
        if done.is_err() {
            shelf.mark(order.id, "stuck");
        }
    }
}

/// Has an order shipped.
#[observe(fields(id = order.id), slow = "250ms")]
async fn dispatch(
    shelf: &Shelf,
    shipping: &Client,
    order: &Order,
    address: String,
) -> Result<(), OrderError> {
    let shipped = shipping.ship(Parcel { order: order.id, pieces: order.pieces, address }).await;
    let shipped = shipped.inspect_err(|error| tracing::warn!(%error, "not shipped"))?;
    tracing::info!(carrier = shipped.carrier, "shipped");
    shelf.mark(order.id, &shipped.carrier);
    Ok(())
}
