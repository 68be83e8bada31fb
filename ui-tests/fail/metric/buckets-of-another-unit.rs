use obs_runtime::metric;

#[metric(histogram, name = "wait_seconds", value = n, buckets = "bytes")]
fn f(n: u64) {}

fn main() {}
