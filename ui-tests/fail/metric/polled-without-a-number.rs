use obs_runtime::metric;

#[metric(gauge, name = "depth")]
fn depth() {}

fn main() {}
