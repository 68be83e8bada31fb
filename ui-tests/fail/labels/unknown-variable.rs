use obs_runtime::observe;

#[observe(labels(format = fromat))]
fn f(format: bool) {}

fn main() {}
