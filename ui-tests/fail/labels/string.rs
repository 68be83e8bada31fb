use obs_runtime::observe;

#[observe(labels(tenant = tenant))]
fn f(tenant: String) {}

fn main() {}
