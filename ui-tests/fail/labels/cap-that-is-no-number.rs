use obs_runtime::observe;

#[observe(labels(tenant = capped(tenant, "ten")))]
fn f(tenant: &str) {}

fn main() {}
