//! ns a call, as one thread sees it, while no tracing subscriber is installed.

use criterion::{Criterion, criterion_group, criterion_main};
use obs_benches::{Group, peers};

fn calls(criterion: &mut Criterion) {
    peers::sync(&mut Group::new(criterion, "sync"));
    peers::ready(&mut Group::new(criterion, "async"));
}

criterion_group!(benches, calls);
criterion_main!(benches);
