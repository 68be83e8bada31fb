use obs_runtime::observe;

#[observe(labels(__flag = flag))]
fn f(flag: bool) {}

fn main() {}
