use obs_runtime::metric;

#[metric(counter, name = "orders")]
fn f() {}

fn main() {}
