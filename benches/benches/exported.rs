//! ns a span, as one thread sees it, while traces go to a collector. A process of its own: ours are measured before
//! there is a subscriber, which cannot be taken away again.

use criterion::{Criterion, criterion_group, criterion_main};
use obs_benches::{Group, peers};

fn exported(criterion: &mut Criterion) {
    peers::exported::ours(&mut Group::new(criterion, "exported"));
    peers::exported::ours_ready(&mut Group::new(criterion, "exported-async"));
    peers::exported::others(&mut Group::new(criterion, "exported"));
    peers::exported::others_ready(&mut Group::new(criterion, "exported-async"));
}

criterion_group!(benches, exported);
criterion_main!(benches);
