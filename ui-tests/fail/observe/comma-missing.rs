use obs_runtime::observe;

#[observe(name = "a" level = "info")]
fn f() {}

fn main() {}
