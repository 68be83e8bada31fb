use obs_runtime::metric;

#[metric(couter, name = "orders_total")]
fn f() {}

fn main() {}
