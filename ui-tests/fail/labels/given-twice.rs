use obs_runtime::observe;

#[observe(labels(flag = flag, other = true, flag = !flag))]
fn f(flag: bool) {}

fn main() {}
