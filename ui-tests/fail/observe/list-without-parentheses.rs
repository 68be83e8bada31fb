use obs_runtime::observe;

#[observe(labels = "format")]
fn f() {}

fn main() {}
