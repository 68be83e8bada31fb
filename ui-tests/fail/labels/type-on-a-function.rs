use obs_runtime::observe;

#[observe(labels(flag: bool))]
fn f(flag: bool) {}

fn main() {}
