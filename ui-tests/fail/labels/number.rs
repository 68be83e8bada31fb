use obs_runtime::observe;

#[observe(labels(size = size))]
fn f(size: usize) {}

fn main() {}
