use obs_runtime::{Gauge, metric};

#[metric(counter, name = "depth", value = 1, labels(local = true, tenant: String), expire = "10")]
static DEPTH: Gauge<bool> = Gauge::new();

fn main() {
    DEPTH.with(true).set(1.0);
}
