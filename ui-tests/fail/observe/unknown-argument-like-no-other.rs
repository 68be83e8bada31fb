use obs_runtime::observe;

#[observe(colour = "red")]
fn f() {}

fn main() {}
