use obs_runtime::observe;

#[observe(slo())]
fn f() {}

fn main() {}
