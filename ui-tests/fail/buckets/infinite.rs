use obs_runtime::observe;

#[observe(buckets = [0.1, 1e999])]
fn f() {}

fn main() {}
