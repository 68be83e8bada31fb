use obs_runtime::metric;

#[metric(counter, name = "orders_total", expire = "10m")]
fn f() {}

fn main() {}
