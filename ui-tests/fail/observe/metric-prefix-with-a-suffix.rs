use obs_runtime::observe;

#[observe(metric = "checkout_total")]
fn f() {}

fn main() {}
