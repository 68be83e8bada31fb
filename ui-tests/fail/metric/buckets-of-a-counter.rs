use obs_runtime::metric;

#[metric(counter, name = "orders_total", buckets = [1, 2])]
fn f() {}

fn main() {}
