use obs_runtime::observe;

#[observe(labels(function = flag, le = flag))]
fn f(flag: bool) {}

fn main() {}
