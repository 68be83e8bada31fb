use obs_runtime::observe;

#[observe("checkout")]
fn f() {}

fn main() {}
