use obs_runtime::metric;

#[metric(counter, name = "orders-total")]
fn f() {}

fn main() {}
