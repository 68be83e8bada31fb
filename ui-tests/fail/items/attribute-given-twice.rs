use obs_runtime::observe;

#[observe]
#[observe(level = "debug")]
fn f() {}

fn main() {}
