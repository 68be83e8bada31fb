use obs_runtime::observe;

#[observe(buckets = [0.1, "slow"])]
fn f() {}

fn main() {}
