use obs_runtime::{Counter, metric};

type Tenant = String;

#[metric(counter, name = "a_total", labels(tenant: Tenant))]
static A: Counter<Tenant> = Counter::new();

fn main() {}
