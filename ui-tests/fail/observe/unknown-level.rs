use obs_runtime::observe;

#[observe(level = "warning")]
fn f() {}

fn main() {}
