//! ns a call, as one thread sees it, while spans are recorded. A process of its own: a subscriber cannot be
//! taken away again, and would be paid for by those who are measured without one.

use criterion::{Criterion, criterion_group, criterion_main};
use obs_benches::{Group, peers};

fn spans(criterion: &mut Criterion) {
    peers::tracing::subscribe();
    peers::spans(&mut Group::new(criterion, "spans"));
    peers::spans_ready(&mut Group::new(criterion, "spans-async"));
}

criterion_group!(benches, spans);
criterion_main!(benches);
