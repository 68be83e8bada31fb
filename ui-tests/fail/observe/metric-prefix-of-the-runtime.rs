use obs_runtime::observe;

#[observe(metric = "obs_checkout")]
fn f() {}

fn main() {}
