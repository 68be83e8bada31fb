use obs_runtime::metric;

#[metric(histogram, name = "batch_size", value = n)]
fn f(n: usize) {}

fn main() {}
