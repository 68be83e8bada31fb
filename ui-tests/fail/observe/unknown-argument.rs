use obs_runtime::observe;

#[observe(bucket = "fast")]
fn f() {}

fn main() {}
