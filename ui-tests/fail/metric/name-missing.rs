use obs_runtime::metric;

#[metric(counter)]
fn f() {}

fn main() {}
