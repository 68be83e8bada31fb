use obs_runtime::metric;

#[metric(histogram, name = "checkout")]
fn f() {}

fn main() {}
