use obs_runtime::observe;

#[observe(labels(tenant = capped(tenant, 0)))]
fn f(tenant: &str) {}

fn main() {}
