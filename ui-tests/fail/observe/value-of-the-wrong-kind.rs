use obs_runtime::observe;

#[observe(name = 3)]
fn f() {}

fn main() {}
