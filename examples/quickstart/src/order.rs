//! Orders and their prices.

use crate::error::OrderError;
use obs_runtime::{LabelValue, observe};
use serde::{Deserialize, Serialize};

/// Where orders come from. As an enum it can be a label: nobody can add a value by sending another string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, LabelValue)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The shop's pages.
    Web,
    /// The app.
    Mobile,
    /// Other shops.
    Partner,
}

/// What a customer asks for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct NewOrder {
    /// Who orders.
    pub customer: String,
    /// Where from.
    pub channel: Channel,
    /// The name of the item.
    pub item: String,
    /// How many of it.
    pub pieces: u32,
    /// What to charge.
    pub card: String,
}

/// An order that was taken and paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Order {
    /// Its number.
    pub id: i64,
    /// Who ordered.
    pub customer: String,
    /// The name of the item.
    pub item: String,
    /// How many of it.
    pub pieces: u32,
    /// What was paid, in cents.
    pub cents: u32,
    /// `paid`, then `shipped`; `stuck` if it could not be packed.
    pub state: String,
}

/// Checks what does not need the database.
// Called often and done in nanoseconds: counted, but no span of a trace and with buckets from 1 µs.
#[observe(no_span, buckets = "fast")]
pub fn check(order: &NewOrder) -> Result<(), OrderError> {
    if (1..=20).contains(&order.pieces) { Ok(()) } else { Err(OrderError::Invalid(order.pieces)) }
}

/// What an order costs, in cents: ten and more are a tenth cheaper.
#[observe(no_span, buckets = "fast")]
pub fn price(each: u32, pieces: u32) -> u32 {
    let full = each * pieces;
    if pieces >= 10 { full - full / 10 } else { full }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_are_cheaper() {
        assert_eq!(price(250, 4), 1000);
        assert_eq!(price(250, 10), 2250);
    }
}
