use obs_runtime::{Capped, LabelValue, metric};

#[derive(LabelValue)]
enum State {
    Idle,
}

#[metric(gauge, name = "depth", labels(queue: Capped<5>))]
fn depth() -> usize {
    1
}

#[metric(gauge, name = "states", labels(state: State))]
fn states() -> [(&'static str, u32); 1] {
    [("idle", 1)]
}

#[metric(gauge, name = "both", labels(state: State, queue: Capped<5>))]
fn both() -> Vec<(State, f64)> {
    vec![(State::Idle, 1.0)]
}

#[metric(gauge, name = "words", labels(state: State))]
fn words() -> [(State, &'static str); 1] {
    [(State::Idle, "many")]
}

#[metric(gauge, name = "unbounded", labels(queue: String))]
fn unbounded() -> Vec<(String, u32)> {
    Vec::new()
}

fn main() {}
