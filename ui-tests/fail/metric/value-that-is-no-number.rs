use obs_runtime::metric;

#[metric(gauge, name = "depth", value = text)]
fn f(text: &str) {}

fn main() {}
