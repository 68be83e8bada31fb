use obs_runtime::observe;

#[observe(buckets = [])]
fn f() {}

fn main() {}
