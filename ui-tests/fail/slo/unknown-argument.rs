use obs_runtime::observe;

#[observe(slo(succes = "99%"))]
fn f() {}

fn main() {}
