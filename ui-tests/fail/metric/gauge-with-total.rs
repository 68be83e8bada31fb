use obs_runtime::metric;

#[metric(gauge, name = "orders_total", value = 1)]
fn f() {}

fn main() {}
