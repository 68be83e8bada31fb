use obs_runtime::metric;

#[metric(gauge, name = "orders_count", value = 1)]
fn f() {}

fn main() {}
