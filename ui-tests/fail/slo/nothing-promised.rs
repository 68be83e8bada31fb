use obs_runtime::observe;

#[observe(slo(window = "30d"))]
fn f() {}

fn main() {}
