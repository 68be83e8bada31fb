use obs_runtime::observe;

#[observe(parent = "request")]
fn f() {}

fn main() {}
