//! Metrics, from a snapshot to the protocol's messages.

use super::name::{name, unit};
use super::proto::points::{AGGREGATION_TEMPORALITY, CUMULATIVE, DATA_POINTS, IS_MONOTONIC};
use super::proto::{
    exemplar, histogram_data_point, metric, number_data_point, scope_items, summary_data_point,
    value_at_quantile,
};
use super::resource::{Resource, scope};
use super::senders::LARGEST;
use super::value::{Value as Attribute, attribute, span_id};
use super::wire::Wire;
use crate::clock::unix_nanos;
use crate::snapshot::{
    Exemplar, Family, FamilyKind, HistogramValue, Labels, Series, Snapshot, SummaryValue, Value,
};
use std::mem;

/// A request has at most so many points: collectors have their bounds too. A larger family goes in several pieces.
const POINTS: usize = 2000;

/// A request gets no point that would bring it over so many bytes, but as its only one.
const FULL: usize = LARGEST / 2;

/// What a point takes, about, without its labels.
const NUMBER: usize = 27;
const OBSERVED: usize = 48;

/// The span of time that cumulative points are of, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
struct Since {
    start: u64,
    now: u64,
}

/// The messages that send a snapshot of a program that counts since `start`.
pub(super) fn requests(snapshot: &Snapshot, resource: &Resource, start: u64) -> Vec<Vec<u8>> {
    let now = unix_nanos(snapshot.at);
    // A wall clock may have been set back.
    let mut left =
        Left { snapshot, families: &snapshot.families, sent: 0, since: Since { start: start.min(now), now } };
    let mut requests = Vec::new();
    // A family without series has no piece.
    while left.families.iter().any(|family| !family.series.is_empty()) {
        let about = left.about();
        requests.push(resource.request(about, |wire| {
            scope(wire, "obs", env!("CARGO_PKG_VERSION"), about, |wire| left.write(wire));
        }));
    }
    requests
}

/// What so many of a family's series take, about.
fn about(family: &Family, series: usize) -> usize {
    let point = match family.kind {
        FamilyKind::Histogram => 300,
        _ => 120,
    };
    64 + family.help.len() + point * series
}

/// Whether a request is too full for a point. Its labels may be of any length, and what does not fit would be refused
/// with all that is beside it.
fn full(wire: &Wire, series: &Series) -> bool {
    wire.len() + series.labels.escaped().len() > FULL
}

/// What of a snapshot is not in a request yet.
#[derive(Debug)]
struct Left<'a> {
    snapshot: &'a Snapshot,
    families: &'a [Family],
    /// How many series of the first family are.
    sent: usize,
    since: Since,
}

impl Left<'_> {
    /// What the next request takes, about.
    fn about(&self) -> usize {
        let (mut sent, mut room) = (self.sent, POINTS);
        let pieces = self.families.iter().map_while(|family| {
            let piece = (family.series.len() - mem::take(&mut sent)).min(room);
            room -= piece;
            (room > 0 || piece > 0).then(|| about(family, piece))
        });
        pieces.sum::<usize>().min(FULL)
    }

    /// Writes as much as one request takes.
    fn write(&mut self, wire: &mut Wire) {
        let mut points = 0;
        while let [family, rest @ ..] = self.families {
            let series = &family.series[self.sent..];
            let piece = &series[..series.len().min(POINTS)];
            let written = match piece {
                [] => 0,
                [first, ..] if points > 0 && (points + piece.len() > POINTS || full(wire, first)) => return,
                piece => write(wire, name(family, self.snapshot), family, piece, self.since),
            };
            points += written;
            self.sent += written;
            if self.sent == family.series.len() {
                (self.families, self.sent) = (rest, 0);
            }
        }
    }
}

/// Writes a metric with these series, or as many of them as there is room for: with one at least. Returns how many.
fn write(wire: &mut Wire, name: &str, family: &Family, series: &[Series], since: Since) -> usize {
    type Point = fn(&mut Wire, &Series, Since);
    let (data, point): (u32, Point) = match family.kind {
        FamilyKind::Counter => (metric::SUM, number),
        FamilyKind::Gauge | FamilyKind::Untyped | FamilyKind::Info => (metric::GAUGE, number),
        FamilyKind::Histogram => (metric::HISTOGRAM, histogram),
        FamilyKind::Summary => (metric::SUMMARY, summary),
    };
    // A gauge is of a moment.
    let since = Since { start: if data == metric::GAUGE { 0 } else { since.start }, ..since };
    let mut written = 0;
    let about = about(family, series.len());
    wire.message(scope_items::ITEMS, about, |wire| {
        wire.nonempty_text(metric::NAME, name);
        wire.nonempty_text(metric::DESCRIPTION, &family.help);
        wire.nonempty_text(metric::UNIT, unit(family));
        wire.message(data, about, |wire| {
            for series in series {
                if written > 0 && full(wire, series) {
                    break;
                }
                point(wire, series, since);
                written += 1;
            }
            if matches!(data, metric::SUM | metric::HISTOGRAM) {
                wire.uint(AGGREGATION_TEMPORALITY, CUMULATIVE);
            }
            if data == metric::SUM {
                wire.uint(IS_MONOTONIC, 1);
            }
        });
    });
    written
}

/// The labels as repeated fields of the number that most kinds of points have for them.
fn attributes(labels: &Labels) -> &[u8] {
    labels.encoded(|labels| {
        let mut wire = Wire::default();
        for (name, value) in labels.pairs() {
            attribute(&mut wire, number_data_point::ATTRIBUTES, name, Attribute::Text(value));
        }
        wire.into_bytes().into()
    })
}

/// Nothing for a value that its family's kind does not have, and for one that is no number: JSON cannot say it, and a
/// collector would refuse the whole request for it.
fn number(wire: &mut Wire, series: &Series, since: Since) {
    use number_data_point::{AS_DOUBLE, AS_INT, START_TIME, TIME};
    // The protocol's numbers have a sign; a count that outgrows them is rounded.
    let (field, bits) = match &series.value {
        Value::Integer(value) if *value <= i64::MAX as u64 => (AS_INT, *value),
        Value::Integer(value) => (AS_DOUBLE, (*value as f64).to_bits()),
        Value::Float(value) if value.is_finite() => (AS_DOUBLE, value.to_bits()),
        Value::Float(_) | Value::Histogram(_) | Value::Summary(_) => return,
    };
    let attributes = attributes(&series.labels);
    wire.message(DATA_POINTS, NUMBER + attributes.len(), |wire| {
        wire.nonzero_fixed64(START_TIME, since.start);
        wire.nonzero_fixed64(TIME, since.now);
        wire.fixed64(field, bits);
        wire.raw(attributes);
    });
}

fn histogram(wire: &mut Wire, series: &Series, since: Since) {
    use histogram_data_point::{
        ATTRIBUTES, BUCKET_COUNTS, COUNT, EXEMPLARS, EXPLICIT_BOUNDS, START_TIME, SUM, TIME,
    };
    let Value::Histogram(observed) = &series.value else { return };
    let HistogramValue { bounds, counts, sum, exemplars } = observed;
    let attributes = attributes(&series.labels);
    let about = OBSERVED + 16 * counts.len() + attributes.len();
    wire.message(DATA_POINTS, about, |wire| {
        wire.nonzero_fixed64(START_TIME, since.start);
        wire.nonzero_fixed64(TIME, since.now);
        wire.nonzero_fixed64(COUNT, observed.count());
        if sum.is_finite() {
            wire.double(SUM, *sum);
        }
        wire.packed(BUCKET_COUNTS, counts.iter().copied());
        wire.packed(EXPLICIT_BOUNDS, bounds.bounds().iter().map(|bound| bound.to_bits()));
        for (_, exemplar) in exemplars {
            write_exemplar(wire, EXEMPLARS, exemplar);
        }
        wire.raw_renumbered(ATTRIBUTES, attributes);
    });
}

/// As [`number`].
fn write_exemplar(wire: &mut Wire, field: u32, seen: &Exemplar) {
    use exemplar::{AS_DOUBLE, SPAN_ID, TIME, TRACE_ID};
    if seen.value.is_finite() {
        wire.message(field, 0, |wire| {
            wire.nonzero_fixed64(TIME, unix_nanos(seen.at));
            wire.double(AS_DOUBLE, seen.value);
            span_id(wire, SPAN_ID, seen.span_id);
            wire.bytes(TRACE_ID, &seen.trace_id.to_be_bytes());
        });
    }
}

/// As [`number`]. Quantiles are no numbers where nothing was observed; those are left out.
fn summary(wire: &mut Wire, series: &Series, since: Since) {
    use summary_data_point::{COUNT, QUANTILE_VALUES, START_TIME, SUM, TIME};
    use value_at_quantile::{QUANTILE, VALUE};
    let Value::Summary(SummaryValue { quantiles, sum, count }) = &series.value else { return };
    if !sum.is_finite() {
        return;
    }
    let attributes = attributes(&series.labels);
    wire.message(DATA_POINTS, OBSERVED + 20 * quantiles.len() + attributes.len(), |wire| {
        wire.nonzero_fixed64(START_TIME, since.start);
        wire.nonzero_fixed64(TIME, since.now);
        wire.nonzero_fixed64(COUNT, *count);
        wire.nonzero_double(SUM, *sum);
        for (quantile, value) in quantiles.iter().filter(|(_, value)| value.is_finite()) {
            wire.message(QUANTILE_VALUES, 0, |wire| {
                wire.nonzero_double(QUANTILE, *quantile);
                wire.nonzero_double(VALUE, *value);
            });
        }
        const { assert!(summary_data_point::ATTRIBUTES == number_data_point::ATTRIBUTES) };
        wire.raw(attributes);
    });
}
