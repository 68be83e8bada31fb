use obs_runtime::observe;

#[observe(no_span = true)]
fn f() {}

fn main() {}
