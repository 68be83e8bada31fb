use obs_runtime::metric;

#[metric("counter", name = "orders_total")]
fn f() {}

#[metric(kind = "counter", name = "returns_total")]
fn g() {}

fn main() {}
