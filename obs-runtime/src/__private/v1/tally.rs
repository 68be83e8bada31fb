//! Counts and observations of other crates of ours, in the same cells as everything else.

use super::{Category, Errors, LabelIndex};
use crate::cells::{Count, ObserveFloat, Reader, Slot, Sum};
use crate::instrument::errors::ErrorCounts;
use crate::instrument::exemplar::Exemplars;
use crate::instrument::timing::{self, TickBounds};
use crate::instrument::{counter, histogram};
use crate::label::{Combination, Space};
use crate::private::Categories;
use crate::snapshot::{Exemplar, Value};

/// A count without labels of its own.
#[derive(Debug, Default)]
pub struct Tally(Slot);

impl Tally {
    pub const fn new() -> Tally {
        Tally(Slot::new())
    }

    #[inline]
    pub fn add(&self, n: u64) {
        self.0.update(2, Count { at: 0, n });
    }

    /// What is negative or no number is left out.
    #[inline]
    pub fn add_f64(&self, x: f64) {
        if x >= 0.0 {
            self.0.update(2, Sum { at: 1, x });
        }
    }

    pub(super) fn read(&self, reader: &Reader) -> Value {
        counter::read(reader, &self.0)
    }
}

/// Bounds in seconds, for durations that are told in ticks.
#[derive(Debug)]
pub struct TickBuckets {
    pub(super) seconds: &'static [f64],
    ticks: TickBounds,
}

impl TickBuckets {
    pub const fn new(seconds: &'static [f64]) -> TickBuckets {
        TickBuckets { seconds, ticks: TickBounds::new() }
    }
}

/// Several histograms for each combination of labels.
#[derive(Debug)]
pub struct Lanes<const LANES: usize> {
    pub(super) space: Space<[Slot; LANES]>,
    pub(super) exemplars: Exemplars,
}

/// Those of one combination.
#[derive(Clone, Copy, Debug)]
pub struct LanesAt<const LANES: usize> {
    of: &'static Lanes<LANES>,
    slots: &'static [Slot; LANES],
    at: Combination,
}

impl<const LANES: usize> Lanes<LANES> {
    #[allow(clippy::new_without_default)] // As other instruments.
    pub const fn new() -> Lanes<LANES> {
        Lanes { space: Space::new(), exemplars: Exemplars::new() }
    }

    /// Those of the labels' combination.
    #[inline]
    pub fn at(&'static self, labels: &[LabelIndex]) -> LanesAt<LANES> {
        let (slots, at) = self.space.at(labels);
        LanesAt { of: self, slots, at }
    }
}

impl<const LANES: usize> LanesAt<LANES> {
    /// Counts a duration. One lane is always used with the same bounds, and either so or with
    /// [`observe`](LanesAt::observe).
    #[inline]
    pub fn ticked(self, lane: usize, buckets: &'static TickBuckets, ticks: u64) {
        let Some(slot) = self.slots.get(lane) else { return };
        let search = || buckets.ticks.find(buckets.seconds, None, ticks).bucket;
        buckets.ticks.record(buckets.seconds, slot, ticks, search);
    }

    /// Counts a value. What is no number is left out.
    #[inline]
    pub fn observe(self, lane: usize, bounds: &'static [f64], value: f64) {
        let Some(slot) = self.slots.get(lane) else { return };
        if !value.is_nan() {
            let bucket = histogram::bucket(bounds, value);
            slot.update(bounds.len() + 2, ObserveFloat { bucket, last: bounds.len(), x: value });
        }
    }

    /// Leaves a span as the example of a value that was observed in that lane.
    pub fn exemplify(self, lane: usize, bounds: &'static [f64], value: f64, span: (u128, u64)) {
        self.of.exemplars.offer_of(self.at.number() * LANES + lane, bounds, value, span);
    }
}

/// What a lane's cells say.
#[derive(Debug)]
pub struct Read {
    pub counts: Vec<u64>,
    pub sum: f64,
    pub(super) exemplars: Vec<(usize, Exemplar)>,
}

impl Read {
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Adds another of the same bounds to it.
    pub fn absorb(&mut self, other: &Read) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(sum, count)| *sum += count);
        self.sum += other.sum;
    }

    pub(super) fn ticked(reader: &Reader, slot: &Slot, bounds: usize) -> Read {
        let (counts, sum) = timing::read(reader, slot, bounds);
        Read { counts, sum, exemplars: Vec::new() }
    }

    pub(super) fn observed(reader: &Reader, slot: &Slot, bounds: usize) -> Read {
        let mut counts = vec![0; bounds + 1];
        reader.sum(slot, &mut counts);
        Read { counts, sum: reader.sum_f64(slot, bounds + 1), exemplars: Vec::new() }
    }
}

/// Errors by category.
#[derive(Debug)]
pub struct ErrorTally(ErrorCounts);

impl ErrorTally {
    #[allow(clippy::new_without_default)] // As other instruments.
    pub const fn new() -> ErrorTally {
        ErrorTally(ErrorCounts::new())
    }

    pub fn count(&self, category: &'static Category) {
        self.0.count(category, 1, 0);
    }

    /// Makes the series of all errors exist that a return type tells of.
    pub fn declare(&self, errors: Errors) {
        if let Some(categories) = errors.categories {
            Categories::of(categories, &mut |category| self.0.declare(category));
        }
    }

    pub(super) fn each(&self, reader: &Reader, mut visit: impl FnMut(usize, &'static Category, u64)) {
        self.0.each_category(|number, category, counts| visit(number, category, counts.total(reader)));
    }
}
