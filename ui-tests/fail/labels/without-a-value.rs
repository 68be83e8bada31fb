use obs_runtime::observe;

#[observe(labels(flag))]
fn f(flag: bool) {}

fn main() {}
