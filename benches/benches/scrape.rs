//! The time to write a page of 10,000 lines.

use criterion::{Criterion, criterion_group, criterion_main};
use obs_benches::scrape::{self, measure};

fn pages(criterion: &mut Criterion) {
    measure(criterion, "prometheus-client", scrape::prometheus_client::page());
    measure(criterion, "prometheus", scrape::prometheus::page());
    measure(criterion, "metrics + exporter", scrape::metrics::page());
}

criterion_group!(benches, pages);
criterion_main!(benches);
