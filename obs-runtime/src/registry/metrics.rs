//! The families of `#[metric]`.

use super::Metric;
use crate::instrument::counter;
use crate::instrument::family::Page;
use crate::private::{FunctionMetric, Kind, MetricDesc};
use crate::snapshot::{FamilyKind, Labels, Series};
use std::borrow::Cow;

pub(super) fn collect(metric: Metric, page: &mut Page<'_>) {
    match metric {
        Metric::Static(desc, instrument) => instrument.collect(desc, page),
        Metric::Polled(desc, read) => poll(desc, read, page),
        Metric::Function(metric) => function(metric, page),
    }
}

/// Asks a polled function. It is user code: should it panic, its series is left out of this snapshot.
fn poll(desc: &'static MetricDesc, read: fn() -> Option<f64>, page: &mut Page<'_>) {
    let Ok(Some(value)) = std::panic::catch_unwind(read) else { return };
    let kind = if desc.kind == Kind::Counter { FamilyKind::Counter } else { FamilyKind::Gauge };
    let series = page.named(Cow::Borrowed(desc.name), desc.help, kind);
    series.push(Series { labels: Labels::empty(), value: value.into() });
}

fn function(metric: &'static FunctionMetric, page: &mut Page<'_>) {
    let desc = &metric.desc;
    let labelled = !desc.labels.is_empty();
    match desc.kind {
        Kind::Gauge => page.family(desc, FamilyKind::Gauge, |series| {
            metric.gauges.each(labelled, |at, cell| {
                if let Some(value) = cell.read(desc.expire) {
                    series.add(&metric.gauges, &metric.interns, at, value.into());
                }
            });
        }),
        Kind::Counter => page.family(desc, FamilyKind::Counter, |series| {
            metric.slots.each(labelled, |at, [slot]| {
                if slot.is_used() || !labelled {
                    series.add(&metric.slots, &metric.interns, at, counter::read(series.reader, slot));
                }
            });
        }),
        Kind::Histogram => page.family(desc, FamilyKind::Histogram, |series| {
            metric.slots.each(labelled, |at, [slot]| {
                if slot.is_used() || !labelled {
                    let observed = metric.values.read(series.reader, desc.buckets.len(), slot, at);
                    series.add_observed(&metric.slots, &metric.interns, at, observed);
                }
            });
        }),
    }
    page.overflows(desc.name, desc.labels, &metric.interns);
}
