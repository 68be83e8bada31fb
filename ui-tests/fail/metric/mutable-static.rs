use obs_runtime::{Counter, metric};

#[metric(counter, name = "orders_total")]
static mut ORDERS: Counter = Counter::new();

fn main() {}
