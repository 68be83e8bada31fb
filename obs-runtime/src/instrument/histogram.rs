//! Observations, counted by size.

use super::exemplar::Exemplars;
use super::family::{self, Instrument, Page};
use crate::cells::{ObserveFloat, Reader, Slot};
use crate::context;
use crate::label::{Combination, Interns, LabelSet, Space};
use crate::private::MetricDesc;
use crate::registry;
use crate::snapshot::FamilyKind;
use obs_model::bucket::Preset;
use std::fmt;
use std::marker::PhantomData;
use std::sync::OnceLock;

/// Observations counted by size, in a `static` under `#[metric(histogram, …, buckets = …)]`.
///
/// An observation costs a few nanoseconds on any number of threads, plus one comparison for each bucket
/// below it. What is no number is left out. Inside a sampled trace it becomes its bucket's exemplar.
///
/// # Examples
///
/// ```
/// use obs_runtime::{Histogram, metric};
///
/// /// Size of a request's body.
/// #[metric(histogram, name = "request_size_bytes", buckets = "bytes")]
/// static SIZE: Histogram = Histogram::new();
///
/// SIZE.observe(1312.0);
/// ```
pub struct Histogram<L: LabelSet = ()> {
    space: Space<[Slot; 1]>,
    interns: Interns,
    values: Values,
    labels: PhantomData<fn(L)>,
}

/// Sorts values into buckets.
#[derive(Debug)]
pub(crate) struct Values {
    bounds: OnceLock<&'static [f64]>,
    exemplars: Exemplars,
}

/// The number of a value's bucket.
#[inline]
pub(crate) fn bucket(bounds: &[f64], value: f64) -> usize {
    bounds.iter().position(|bound| value <= *bound).unwrap_or(bounds.len())
}

/// Counts a value, which is a number.
#[inline]
fn count(bounds: &'static [f64], slot: &Slot, value: f64) {
    let update = ObserveFloat { bucket: bucket(bounds, value), last: bounds.len(), x: value };
    slot.update(bounds.len() + 2, update);
}

impl Values {
    pub(crate) const fn new() -> Values {
        Values { bounds: OnceLock::new(), exemplars: Exemplars::new() }
    }

    #[inline]
    pub(crate) fn bounds(&self, look_up: impl FnOnce() -> &'static [f64]) -> &'static [f64] {
        match self.bounds.get() {
            Some(bounds) => bounds,
            None => self.bounds.get_or_init(look_up),
        }
    }

    /// Counts a value in the slot's cells: one for each bucket, one for +Inf, one for the sum.
    #[inline]
    pub(crate) fn observe(&self, bounds: &'static [f64], slot: &Slot, at: Combination, value: f64) {
        if value.is_nan() {
            return;
        }
        count(bounds, slot, value);
        if context::is_sampled() {
            self.exemplars.offer(at.number(), bounds, value);
        }
    }

    /// The same for a number that belongs to this sampled span, or to none.
    #[cfg(feature = "tower")]
    pub(crate) fn observe_of(
        &self,
        bounds: &'static [f64],
        slot: &Slot,
        at: Combination,
        value: f64,
        span: Option<(u128, u64)>,
    ) {
        count(bounds, slot, value);
        if let Some(span) = span {
            self.exemplars.offer_of(at.number(), bounds, value, span);
        }
    }

    /// The counts by bucket, the sum, and the exemplars.
    pub(crate) fn read(
        &self,
        reader: &Reader,
        bounds: usize,
        slot: &Slot,
        at: Combination,
    ) -> family::Observed {
        let mut counts = vec![0; bounds + 1];
        reader.sum(slot, &mut counts);
        let sum = reader.sum_f64(slot, bounds + 1);
        family::Observed { counts, sum, exemplars: self.exemplars.of(at.number(), bounds + 1) }
    }
}

/// One series of a [`Histogram`].
#[derive(Clone, Copy, Debug)]
pub struct HistogramSeries<'a> {
    values: &'a Values,
    bounds: &'static [f64],
    slot: &'a Slot,
    at: Combination,
}

impl<L: LabelSet> Histogram<L> {
    /// A histogram without observations. Its buckets are those of its attribute.
    #[allow(clippy::new_without_default)] // It belongs into a static, which cannot call `default`.
    pub const fn new() -> Self {
        Histogram { space: Space::new(), interns: Interns::new(), values: Values::new(), labels: PhantomData }
    }

    /// The series with these labels' values.
    #[inline]
    pub fn with(&'static self, labels: L::Values<'_>) -> HistogramSeries<'static> {
        let labels = L::resolve(labels, &self.interns);
        let (slots, at) = self.space.at(labels.as_ref());
        HistogramSeries { values: &self.values, bounds: self.bounds(), slot: &slots[0], at }
    }

    /// A histogram cannot know its attribute, so it asks the registry for it, once. One without an
    /// attribute is not exported; its observations go nowhere in particular.
    #[inline]
    fn bounds(&'static self) -> &'static [f64] {
        self.values.bounds(|| registry::buckets_of(self).unwrap_or(Preset::Latency.bounds()))
    }
}

impl Histogram {
    /// Counts a value.
    #[inline]
    pub fn observe(&'static self, value: f64) {
        self.with(()).observe(value);
    }
}

impl HistogramSeries<'_> {
    /// Counts a value.
    #[inline]
    pub fn observe(self, value: f64) {
        self.values.observe(self.bounds, self.slot, self.at, value);
    }
}

impl<L: LabelSet> fmt::Debug for Histogram<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Histogram").field("labels", &L::CAPS.len()).finish_non_exhaustive()
    }
}

impl<L: LabelSet> Instrument for Histogram<L> {
    fn collect(&'static self, desc: &'static MetricDesc, page: &mut Page<'_>) {
        family::prepare(&self.space, L::CAPS, L::VALUES);
        page.family(desc, FamilyKind::Histogram, |series| {
            self.space.each(!L::CAPS.is_empty(), |at, [slot]| {
                if slot.is_used() || self.space.is_known(at) {
                    let observed = self.values.read(series.reader, desc.buckets.len(), slot, at);
                    series.add_observed(&self.space, &self.interns, at, observed);
                }
            });
        });
        page.overflows(desc.name.into(), desc.labels, &self.interns);
    }
}
