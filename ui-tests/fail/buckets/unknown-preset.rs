use obs_runtime::observe;

#[observe(buckets = "latancy")]
fn f() {}

fn main() {}
