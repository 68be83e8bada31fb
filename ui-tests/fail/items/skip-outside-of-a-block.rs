use obs_runtime::observe;

#[observe(skip)]
fn f() {}

fn main() {}
