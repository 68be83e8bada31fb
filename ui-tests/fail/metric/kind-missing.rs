use obs_runtime::metric;

#[metric(name = "orders_total")]
fn f() {}

fn main() {}
