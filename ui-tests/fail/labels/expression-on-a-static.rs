use obs_runtime::{Counter, metric};

#[metric(counter, name = "a_total", labels(local = true))]
static A: Counter<bool> = Counter::new();

fn main() {}
