use obs_runtime::metric;

#[metric(histogram, name = "wait_ms", value = n)]
fn f(n: u64) {}

fn main() {}
