use obs_runtime::metric;

#[metric(counter, name = "orders_total", keep_name)]
fn order() {}

fn main() {}
