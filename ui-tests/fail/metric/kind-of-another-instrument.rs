use obs_runtime::{Gauge, metric};

#[metric(counter, name = "orders_total")]
static ORDERS: Gauge = Gauge::new();

fn use_it() {
    ORDERS.set(1.0);
}

fn main() {}
