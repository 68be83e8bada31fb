use obs_runtime::metric;

#[metric(counter, name = "orders_total")]
static ORDERS: (u64, u64) = (0, 0);

fn main() {}
