use obs_runtime::{Counter, metric};

#[metric(counter, name = "a_total", labels(local: bool))]
static A: Counter<(bool, bool)> = Counter::new();

fn main() {}
