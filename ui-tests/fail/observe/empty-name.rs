use obs_runtime::observe;

#[observe(name = "")]
fn f() {}

fn main() {}
