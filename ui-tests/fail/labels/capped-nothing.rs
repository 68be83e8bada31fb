use obs_runtime::observe;

#[observe(labels(tenant = capped()))]
fn f(tenant: &str) {}

fn main() {}
