//! Stock and orders, in SQLite.

use crate::error::OrderError;
use crate::order::{NewOrder, Order};
use obs_runtime::{metric, observe};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

const SCHEMA: &str = "
    CREATE TABLE stock (item TEXT PRIMARY KEY, cents INTEGER NOT NULL, pieces INTEGER NOT NULL, full INTEGER NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, item TEXT NOT NULL,
                         pieces INTEGER NOT NULL, cents INTEGER NOT NULL, state TEXT NOT NULL);
";

/// What is sold: its name, its price in cents, and how many there are after restocking.
pub const ITEMS: [(&str, u32, u32); 8] = [
    ("espresso", 890, 4000),
    ("filter", 790, 4000),
    ("decaf", 850, 4000),
    ("moka", 720, 4000),
    ("robusta", 540, 4000),
    ("grinder", 12900, 400),
    ("kettle", 6400, 400),
    ("geisha", 3900, 12),
];

/// The database.
///
/// It lives in memory, where a statement takes microseconds, so async functions call it where they stand.
/// One on a disk would be called through `tokio::task::spawn_blocking`.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

/// Pieces taken out of the stock for an order. They go back unless the order is made: also when the request
/// is cancelled while it waits for the payment.
#[derive(Debug)]
pub struct Reservation {
    store: Arc<Store>,
    item: String,
    pieces: u32,
    /// The price of one, in cents.
    pub each: u32,
    made: bool,
}

/// The store that the gauge below asks: a polled gauge takes no arguments.
static SHOWN: Mutex<Weak<Store>> = Mutex::new(Weak::new());

/// Pieces in stock, of all items together.
// Asked at each scrape, on the thread of the metrics server.
#[metric(gauge, name = "stock_pieces")]
fn stock_pieces() -> f64 {
    let store = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
    store.and_then(|store| store.pieces().ok()).unwrap_or(f64::NAN)
}

// One attribute for every method. Their names are `Store::reserve` and so on, on metrics and spans.
#[observe(buckets = "fast")]
impl Store {
    /// Opens an empty database with full stock.
    #[observe(skip)]
    pub fn open() -> rusqlite::Result<Arc<Store>> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        for (item, cents, full) in ITEMS {
            connection.execute("INSERT INTO stock VALUES (?1, ?2, ?3, ?3)", params![item, cents, full])?;
        }
        let store = Arc::new(Store { connection: Mutex::new(connection) });
        *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&store);
        Ok(store)
    }

    /// Takes pieces of an item out of the stock.
    #[observe(fields(item = %item, pieces))]
    pub fn reserve(self: &Arc<Store>, item: &str, pieces: u32) -> Result<Reservation, OrderError> {
        let connection = self.connection();
        let each = connection
            .query_row("SELECT cents FROM stock WHERE item = ?1", [item], |row| row.get(0))
            .optional()?
            .ok_or_else(|| OrderError::UnknownItem(item.to_owned()))?;
        let taken = connection.execute(
            "UPDATE stock SET pieces = pieces - ?2 WHERE item = ?1 AND pieces >= ?2",
            params![item, pieces],
        )?;
        if taken == 0 {
            return Err(OrderError::OutOfStock(item.to_owned()));
        }
        Ok(Reservation { store: Arc::clone(self), item: item.to_owned(), pieces, each, made: false })
    }

    /// Puts reserved pieces back, because the order was not made.
    fn release(&self, item: &str, pieces: u32) -> Result<(), OrderError> {
        let back = "UPDATE stock SET pieces = pieces + ?2 WHERE item = ?1";
        self.connection().execute(back, params![item, pieces])?;
        Ok(())
    }

    /// Keeps an order that was paid.
    #[observe(fields(customer = %order.customer))]
    pub fn insert(
        &self,
        order: &NewOrder,
        mut reserved: Reservation,
        cents: u32,
    ) -> Result<Order, OrderError> {
        let connection = self.connection();
        connection.execute(
            "INSERT INTO orders (customer, item, pieces, cents, state) VALUES (?1, ?2, ?3, ?4, 'paid')",
            params![order.customer, order.item, order.pieces, cents],
        )?;
        reserved.made = true;
        Ok(Order {
            id: connection.last_insert_rowid(),
            customer: order.customer.clone(),
            item: order.item.clone(),
            pieces: order.pieces,
            cents,
            state: "paid".to_owned(),
        })
    }

    /// Looks an order up by its number.
    pub fn find(&self, id: i64) -> Result<Order, OrderError> {
        let by_id = "SELECT id, customer, item, pieces, cents, state FROM orders WHERE id = ?1";
        let order = |row: &rusqlite::Row<'_>| {
            Ok(Order {
                id: row.get(0)?,
                customer: row.get(1)?,
                item: row.get(2)?,
                pieces: row.get(3)?,
                cents: row.get(4)?,
                state: row.get(5)?,
            })
        };
        self.connection().query_row(by_id, [id], order).optional()?.ok_or(OrderError::NotFound(id))
    }

    /// Notes how far an order has come.
    pub fn mark(&self, id: i64, state: &str) -> Result<(), OrderError> {
        self.connection().execute("UPDATE orders SET state = ?2 WHERE id = ?1", params![id, state])?;
        Ok(())
    }

    /// Fills every shelf, and tells how many were not full.
    pub fn restock(&self) -> Result<usize, OrderError> {
        Ok(self.connection().execute("UPDATE stock SET pieces = full WHERE pieces < full", [])?)
    }

    /// Whether the database answers; asked by the health check.
    #[observe(skip)]
    pub fn ping(&self) -> rusqlite::Result<()> {
        self.connection().query_row("SELECT 1", [], |_| Ok(()))
    }

    #[observe(skip)]
    fn pieces(&self) -> rusqlite::Result<f64> {
        self.connection().query_row("SELECT sum(pieces) FROM stock", [], |row| row.get(0))
    }

    /// A panic under the lock leaves SQLite as it was before the statement, so the lock is still good.
    #[observe(skip)]
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.made
            && let Err(error) = self.store.release(&self.item, self.pieces)
        {
            // Nobody is left to return it to.
            obs_runtime::report(&error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Channel;

    #[test]
    fn what_is_reserved_and_not_ordered_goes_back() {
        let store = Store::open().unwrap();
        let full = store.pieces().unwrap();
        let reserved = store.reserve("geisha", 12).unwrap();
        assert!(matches!(store.reserve("geisha", 1), Err(OrderError::OutOfStock(_))));
        assert!(matches!(store.reserve("tea", 1), Err(OrderError::UnknownItem(_))));
        drop(reserved);
        assert_eq!(store.pieces().unwrap(), full);
    }

    #[test]
    fn an_order_is_kept_and_found() {
        let store = Store::open().unwrap();
        let new = NewOrder {
            customer: "ada".to_owned(),
            channel: Channel::Web,
            item: "moka".to_owned(),
            pieces: 2,
            card: "good".to_owned(),
        };
        let full = store.pieces().unwrap();
        let reserved = store.reserve(&new.item, new.pieces).unwrap();
        let order = store.insert(&new, reserved, 1440).unwrap();
        assert_eq!(store.pieces().unwrap(), full - 2.0);
        assert_eq!(store.find(order.id).unwrap(), order);
        store.mark(order.id, "shipped").unwrap();
        assert_eq!(store.find(order.id).unwrap().state, "shipped");
        assert!(matches!(store.find(order.id + 1), Err(OrderError::NotFound(_))));
        assert_eq!(store.restock().unwrap(), 1);
    }
}
