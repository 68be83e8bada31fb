use obs_runtime::observe;

#[observe(slo(success = "100%"))]
fn f() {}

fn main() {}
