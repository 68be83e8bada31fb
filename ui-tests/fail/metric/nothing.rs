use obs_runtime::metric;

#[metric]
fn f() {}

fn main() {}
