use obs_runtime::{Gauge, metric};

use obs_runtime::LabelValue;

#[derive(LabelValue)]
enum State {
    Idle,
}

#[metric(gauge, name = "a", labels(local: bool, state: State))]
static A: Gauge<(State, bool)> = Gauge::new();

fn main() {}
