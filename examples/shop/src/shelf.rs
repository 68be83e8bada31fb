//! What is for sale, and what was ordered. A real shop has a database for both.

use crate::error::OrderError;
use obs_runtime::{LabelValue, observe};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where an order came from.
#[derive(Clone, Copy, Debug, Deserialize, LabelValue, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// The web site.
    Web,
    /// The app.
    App,
}

/// What somebody wants.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NewOrder {
    /// Where it came from.
    pub channel: Channel,
    /// What it is.
    pub item: String,
    /// How many.
    pub pieces: u32,
    /// Where it goes to.
    pub address: String,
}

/// What somebody gets.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Order {
    /// Its number.
    pub id: u64,
    /// What it is.
    pub item: String,
    /// How many.
    pub pieces: u32,
    /// How far it has come: `waiting`, `stuck`, or the carrier that has it.
    pub state: String,
}

/// The shelf and the book of orders.
#[derive(Debug)]
pub struct Shelf {
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    stock: HashMap<String, u32>,
    orders: HashMap<u64, Order>,
}

#[observe]
impl Shelf {
    /// A shelf with a few things on it.
    #[observe(skip)]
    #[allow(clippy::new_without_default)] // What is on it is no default.
    pub fn new() -> Shelf {
        let stock = [("grinder", 1_000_000), ("moka", 1_000_000), ("samovar", 1)];
        let stock = stock.map(|(item, pieces)| (item.to_owned(), pieces)).into();
        Shelf { inside: Mutex::new(Inside { stock, ..Inside::default() }) }
    }

    /// Takes the pieces off the shelf, and writes the order down.
    ///
    /// # Errors
    ///
    /// There is no such item, or less of it.
    pub fn take(&self, new: &NewOrder) -> Result<Order, OrderError> {
        let mut inside = self.lock();
        let unknown = || OrderError::UnknownItem(new.item.clone());
        let stock = inside.stock.get_mut(&new.item).ok_or_else(unknown)?;
        *stock = stock.checked_sub(new.pieces).ok_or_else(|| OrderError::OutOfStock(new.item.clone()))?;
        let id = inside.orders.len() as u64 + 1;
        let order = Order { id, item: new.item.clone(), pieces: new.pieces, state: "waiting".to_owned() };
        inside.orders.insert(id, order.clone());
        Ok(order)
    }

    /// Writes down how far an order has come.
    pub fn mark(&self, id: u64, state: &str) {
        if let Some(order) = self.lock().orders.get_mut(&id) {
            state.clone_into(&mut order.state);
        }
    }

    /// Looks an order up.
    ///
    /// # Errors
    ///
    /// There is none of that number.
    pub fn find(&self, id: u64) -> Result<Order, OrderError> {
        self.lock().orders.get(&id).cloned().ok_or(OrderError::NotFound(id))
    }

    #[observe(skip)]
    fn lock(&self) -> MutexGuard<'_, Inside> {
        // Nothing inside is left half done by a panic.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
