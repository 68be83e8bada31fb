use obs_runtime::{Counter, metric};

#[metric(counter, name = "a_total", labels(tenant: String))]
static A: Counter<String> = Counter::new();

fn main() {}
