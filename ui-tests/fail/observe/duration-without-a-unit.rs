use obs_runtime::observe;

#[observe(slow = "100")]
fn f() {}

fn main() {}
