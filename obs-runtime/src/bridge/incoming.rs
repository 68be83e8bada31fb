//! From the registries of the `prometheus` crate onto our page.

use super::admission::Admission;
use super::asking;
#[allow(unused_imports, reason = "the types' own method is used with the other build of prometheus")]
use super::reading::GetValue as _;
use crate::snapshot::{Bounds, Family, FamilyKind, HistogramValue, Labels, Series, SummaryValue, Value};
use prometheus::Registry;
use prometheus::proto::{self, Bucket, Metric, MetricFamily, MetricType};
use std::sync::Arc;

/// Appends the families of these registries that fit among those that are there, and how many do not.
pub(crate) fn collect(registries: &[Registry], families: &mut Vec<Family>) {
    if registries.is_empty() {
        return;
    }
    let mut admission = Admission::of(families);
    for registry in registries {
        let gathered = asking(|| registry.gather());
        families.extend(gathered.iter().filter_map(convert).filter(|family| admission.admit(family)));
    }
    let help = "Families of prometheus registries that are left out because their name is taken.";
    families.push(Family::new("obs_prometheus_conflicts", help, FamilyKind::Gauge).with(admission.refused()));
}

fn convert(family: &MetricFamily) -> Option<Family> {
    let kind = match family.get_field_type() {
        MetricType::COUNTER => FamilyKind::Counter,
        MetricType::GAUGE => FamilyKind::Gauge,
        MetricType::HISTOGRAM => FamilyKind::Histogram,
        MetricType::SUMMARY => FamilyKind::Summary,
        // The crate cannot make one, and has no value for it in one of its builds.
        _ => return None,
    };
    let mut bounds = None;
    let mut converted = Family::new(family.name().to_owned(), family.help().to_owned(), kind);
    converted.series = family
        .get_metric()
        .iter()
        .map(|metric| Series { labels: labels(metric), value: value(kind, metric, &mut bounds) })
        .collect();
    Some(converted)
}

fn labels(metric: &Metric) -> Arc<Labels> {
    let pairs = metric.get_label();
    if pairs.is_empty() {
        return Labels::empty();
    }
    Labels::new(pairs.iter().map(|pair| (pair.name().to_owned(), pair.value().to_owned())))
}

/// `bounds` are those of the family's previous series, which are nearly always this one's too.
fn value(kind: FamilyKind, metric: &Metric, bounds: &mut Option<Arc<Bounds>>) -> Value {
    match kind {
        FamilyKind::Counter => metric.get_counter().get_value().into(),
        FamilyKind::Histogram => histogram(metric.get_histogram(), bounds).into(),
        FamilyKind::Summary => {
            let summary = metric.get_summary();
            let quantiles = summary.get_quantile().iter().map(|entry| (entry.quantile(), entry.value()));
            let (sum, count) = (summary.sample_sum(), summary.sample_count());
            SummaryValue { quantiles: quantiles.collect(), sum, count }.into()
        }
        _ => metric.get_gauge().get_value().into(),
    }
}

/// Their buckets are cumulative, and +Inf is among them or is not.
fn histogram(histogram: &proto::Histogram, bounds: &mut Option<Arc<Bounds>>) -> HistogramValue {
    let finite = || histogram.get_bucket().iter().filter(|bucket| bucket.upper_bound().is_finite());
    let mut below = 0;
    let mut counts = Vec::with_capacity(histogram.get_bucket().len() + 1);
    let totals = finite().map(Bucket::cumulative_count);
    for total in totals.chain([histogram.get_sample_count()]) {
        counts.push(total.saturating_sub(below));
        below = total.max(below);
    }
    let upper: Vec<f64> = finite().map(Bucket::upper_bound).collect();
    let bounds = match bounds {
        Some(bounds) if bounds.bounds() == upper => Arc::clone(bounds),
        other => Arc::clone(other.insert(Arc::new(Bounds::new(&upper)))),
    };
    HistogramValue { bounds, counts, sum: histogram.get_sample_sum(), exemplars: Vec::new() }
}
