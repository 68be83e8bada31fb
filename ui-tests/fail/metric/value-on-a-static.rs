use obs_runtime::{Counter, metric};

#[metric(counter, name = "orders_total", value = 1, when = "ok")]
static ORDERS: Counter = Counter::new();

fn main() {}
