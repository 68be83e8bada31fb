//! The time to write a page of 10,000 lines.

use criterion::{Criterion, criterion_group, criterion_main};
use obs_benches::scrape::{self, measure};
use obs_runtime::exposition::Format;

fn pages(criterion: &mut Criterion) {
    measure(criterion, "prometheus-client", scrape::prometheus_client::page());
    measure(criterion, "prometheus", scrape::prometheus::page());
    measure(criterion, "metrics + exporter", scrape::metrics::page());
    measure(criterion, "obs", scrape::obs::page(Format::OpenMetrics));
    measure(criterion, "obs, text 0.0.4", scrape::obs::page(Format::Text));
}

criterion_group!(benches, pages);
criterion_main!(benches);
