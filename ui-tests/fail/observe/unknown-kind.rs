use obs_runtime::observe;

#[observe(kind = "cleint")]
fn f() {}

fn main() {}
