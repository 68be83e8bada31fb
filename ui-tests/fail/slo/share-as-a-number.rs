use obs_runtime::observe;

#[observe(slo(success = 99.9))]
fn f() {}

fn main() {}
