//! Reading a counter's or gauge's value, whichever way the `prometheus` crate was built.
//!
//! Its `protobuf` feature, which any crate of the tree can turn on, exchanges the types of
//! `prometheus::proto`: with it a counter has `value()`, without it `get_value()`. Each of these traits adds
//! the one in terms of the other; a type's own method comes before a trait's, so that one of the two is
//! real and the other calls it.

use prometheus::proto::{Counter, Gauge};

#[allow(dead_code, reason = "used with one of the two builds of prometheus")]
pub(super) trait Value {
    fn value(&self) -> f64;
}

#[allow(dead_code, reason = "used with one of the two builds of prometheus")]
pub(super) trait GetValue {
    fn get_value(&self) -> f64;
}

impl Value for Counter {
    fn value(&self) -> f64 {
        self.get_value()
    }
}

impl GetValue for Counter {
    fn get_value(&self) -> f64 {
        self.value()
    }
}

impl Value for Gauge {
    fn value(&self) -> f64 {
        self.get_value()
    }
}

impl GetValue for Gauge {
    fn get_value(&self) -> f64 {
        self.value()
    }
}
