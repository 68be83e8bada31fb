//! From our instruments into a registry of the `prometheus` crate.

use super::ASKING;
use crate::snapshot::{Family, FamilyKind, HistogramValue, Series, SummaryValue, Value};
use prometheus::core::{Collector, Desc};
use prometheus::proto::{
    Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType, Quantile, Summary,
};
use std::collections::HashMap;

/// Everything that obs measures, for a registry of the `prometheus` crate.
///
/// Families of registries that were given to
/// [`Builder::prometheus_registry`](crate::Builder::prometheus_registry) are not among them. A registry puts families of one
/// name together without looking: where it has a collector of `process_*` too, build this crate without its feature
/// `process`, or drop that collector.
///
/// ```
/// let registry = prometheus::Registry::new();
/// registry.register(Box::new(obs_runtime::PrometheusCollector::new()))?;
/// assert!(registry.gather().iter().any(|family| family.name() == "obs_scrapes_total"));
/// # Ok::<(), prometheus::Error>(())
/// ```
#[derive(Debug)]
pub struct PrometheusCollector {
    /// A registry tells collectors apart by what they describe. What we collect is not known before it is
    /// asked for, so this stands for all of it.
    desc: Option<Desc>,
}

impl PrometheusCollector {
    /// A collector. A registry takes one, and refuses a second.
    pub fn new() -> PrometheusCollector {
        let (name, help) = ("obs_families", "What obs measures.");
        let desc = Desc::new(name.to_owned(), help.to_owned(), Vec::new(), HashMap::new());
        PrometheusCollector { desc: desc.ok() }
    }
}

impl Default for PrometheusCollector {
    fn default() -> PrometheusCollector {
        PrometheusCollector::new()
    }
}

impl Collector for PrometheusCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.desc.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        if ASKING.get() {
            return Vec::new();
        }
        crate::registry::own_snapshot().families.iter().map(convert).collect()
    }
}

fn convert(family: &Family) -> MetricFamily {
    let mut converted = MetricFamily::default();
    converted.set_name(family.name.to_string());
    converted.set_help(family.help.to_string());
    converted.set_field_type(match family.kind {
        FamilyKind::Counter => MetricType::COUNTER,
        // Their encoder does not know untyped ones.
        FamilyKind::Gauge | FamilyKind::Info | FamilyKind::Untyped => MetricType::GAUGE,
        FamilyKind::Histogram => MetricType::HISTOGRAM,
        FamilyKind::Summary => MetricType::SUMMARY,
    });
    converted.set_metric(family.series.iter().map(|series| metric(family.kind, series)).collect());
    converted
}

fn metric(kind: FamilyKind, series: &Series) -> Metric {
    let labels = series.labels.pairs().map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name(name.to_owned());
        pair.set_value(value.to_owned());
        pair
    });
    let mut metric = Metric::from_label(labels.collect());
    match &series.value {
        Value::Integer(value) => set_number(&mut metric, kind, *value as f64),
        Value::Float(value) => set_number(&mut metric, kind, *value),
        Value::Histogram(value) => metric.set_histogram(histogram(value)),
        Value::Summary(value) => metric.set_summary(summary(value)),
    }
    metric
}

fn set_number(metric: &mut Metric, kind: FamilyKind, value: f64) {
    if kind == FamilyKind::Counter {
        let mut counter = Counter::default();
        counter.set_value(value);
        metric.set_counter(counter);
    } else {
        let mut gauge = Gauge::default();
        gauge.set_value(value);
        metric.set_gauge(gauge);
    }
}

/// Their buckets are cumulative; +Inf follows from the count.
fn histogram(value: &HistogramValue) -> Histogram {
    let mut total = 0u64;
    let buckets = value.bounds.bounds().iter().zip(&value.counts).map(|(bound, count)| {
        total = total.wrapping_add(*count);
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(*bound);
        bucket.set_cumulative_count(total);
        bucket
    });
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_sum(value.sum);
    histogram.set_sample_count(value.count());
    histogram
}

fn summary(value: &SummaryValue) -> Summary {
    let quantiles = value.quantiles.iter().map(|(quantile, reading)| {
        let mut entry = Quantile::default();
        entry.set_quantile(*quantile);
        entry.set_value(*reading);
        entry
    });
    let mut summary = Summary::default();
    summary.set_quantile(quantiles.collect());
    summary.set_sample_sum(value.sum);
    summary.set_sample_count(value.count);
    summary
}
