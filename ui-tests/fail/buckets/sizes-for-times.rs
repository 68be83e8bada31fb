use obs_runtime::observe;

#[observe(buckets = "bytes")]
fn f() {}

fn main() {}
