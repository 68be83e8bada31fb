use obs_runtime::observe;

#[observe(labels(size = capped(size)))]
fn f(size: usize) {}

fn main() {}
