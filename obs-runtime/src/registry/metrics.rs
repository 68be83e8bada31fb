//! The families of `#[metric]`.

use super::Metric;
use crate::instrument::counter;
use crate::instrument::family::Page;
use crate::private::{FunctionMetric, Kind};
use crate::snapshot::{Family, FamilyKind};

/// Adds the family of a metric that is not polled, and what caps kept out of one that is.
pub(super) fn collect(metric: Metric, page: &mut Page<'_>) {
    match metric {
        Metric::Static(desc, instrument) => instrument.collect(desc, page),
        Metric::Function(metric) => function(metric, page),
        Metric::Polled(..) => {}
        Metric::PolledSet(polled) => polled.overflows(page),
    }
}

/// Asks a polled function. Should it panic, its family is left out of this snapshot.
pub(super) fn poll(metric: Metric) -> Option<Family> {
    let (desc, read) = match metric {
        Metric::Polled(desc, read) => (desc, read),
        Metric::PolledSet(polled) => return polled.poll(),
        Metric::Static(..) | Metric::Function(_) => return None,
    };
    let value = std::panic::catch_unwind(read).ok().flatten()?;
    let kind = if desc.kind == Kind::Counter { FamilyKind::Counter } else { FamilyKind::Gauge };
    Some(Family::new(desc.name, desc.help, kind).with(value))
}

fn function(metric: &'static FunctionMetric, page: &mut Page<'_>) {
    let desc = &metric.desc;
    let labelled = !desc.labels.is_empty();
    match desc.kind {
        Kind::Gauge => page.family(desc, FamilyKind::Gauge, |series| {
            metric.gauges.each(labelled, |at, cell| {
                // What nobody has set is not known to be zero.
                if let Some(value) = cell.read(desc.expire) {
                    series.add(&metric.gauges, &metric.interns, at, value.into());
                }
            });
        }),
        Kind::Counter => page.family(desc, FamilyKind::Counter, |series| {
            metric.slots.each(labelled, |at, [slot]| {
                if slot.is_used() || metric.slots.is_known(at) {
                    series.add(&metric.slots, &metric.interns, at, counter::read(series.reader, slot));
                }
            });
        }),
        Kind::Histogram => page.family(desc, FamilyKind::Histogram, |series| {
            metric.slots.each(labelled, |at, [slot]| {
                if slot.is_used() || metric.slots.is_known(at) {
                    let observed = metric.values.read(series.reader, desc.buckets.len(), slot, at);
                    series.add_observed(&metric.slots, &metric.interns, at, observed);
                }
            });
        }),
    }
    page.overflows(desc.name.into(), desc.labels, &metric.interns);
}
