use obs_runtime::metric;

#[metric(counter, name = "orders_total")]
const ORDERS: u64 = 0;

fn main() {}
