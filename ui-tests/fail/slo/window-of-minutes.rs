use obs_runtime::observe;

#[observe(slo(success = "99%", window = "5m"))]
fn f() {}

fn main() {}
