//! Families of other crates of ours, on the same page as everything else.

use super::tally::{ErrorTally, Lanes, Read, Tally, TickBuckets};
use super::{Category, Interns, LabelDesc};
use crate::cells::Slot;
use crate::instrument::family::{Page, named};
use crate::label::Combination;
use crate::snapshot::{Family, FamilyKind, HistogramValue, Series, Value};
use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Names and values of labels.
pub type Pairs = Vec<(&'static str, Cow<'static, str>)>;

/// Collects into the page. It only reads: other scrapes wait for it.
type Collect = fn(&mut Families<'_, '_>);
/// Makes families. It may take its time.
type Poll = fn(&mut Vec<Family>);

static SOURCES: Mutex<(Vec<Collect>, Vec<Poll>)> = Mutex::new((Vec::new(), Vec::new()));

/// Has `collect` asked at each snapshot from now on.
pub fn source(collect: Collect) {
    SOURCES.lock().unwrap_or_else(PoisonError::into_inner).0.push(collect);
}

/// Has `poll` asked at each snapshot from now on, where nobody waits for a lock. A name that is taken is left out.
pub fn polled(poll: Poll) {
    SOURCES.lock().unwrap_or_else(PoisonError::into_inner).1.push(poll);
}

pub(crate) fn sources() -> Vec<Collect> {
    SOURCES.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
}

/// Asks those that take their time. What panics is left out.
pub(crate) fn poll(into: &mut Vec<Family>) {
    let polls = SOURCES.lock().unwrap_or_else(PoisonError::into_inner).1.clone();
    for poll in polls {
        let asked = std::panic::catch_unwind(|| {
            let mut families = Vec::new();
            poll(&mut families);
            families
        });
        into.extend(asked.unwrap_or_default());
    }
}

/// A page in the making.
pub struct Families<'p, 'r> {
    page: &'p mut Page<'r>,
}

impl fmt::Debug for Families<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Families").finish_non_exhaustive()
    }
}

/// What a family is called and says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Name(pub &'static str, pub &'static str);

/// Which series of a static item: its labels are written once in the life of the program.
#[derive(Debug)]
pub struct Key<T: 'static>(pub &'static T, pub usize, pub usize);

impl<'p, 'r> Families<'p, 'r> {
    pub(crate) fn new(page: &'p mut Page<'r>) -> Families<'p, 'r> {
        Families { page }
    }

    /// Adds a series to a counter.
    pub fn counter<T>(
        &mut self,
        name: Name,
        key: Key<T>,
        labels: impl FnOnce() -> Pairs,
        value: impl Into<Value>,
    ) {
        self.push(name, FamilyKind::Counter, key, labels, value.into());
    }

    /// Adds a series to a gauge.
    pub fn gauge<T>(
        &mut self,
        name: Name,
        key: Key<T>,
        labels: impl FnOnce() -> Pairs,
        value: impl Into<Value>,
    ) {
        self.push(name, FamilyKind::Gauge, key, labels, value.into());
    }

    /// Adds facts.
    pub fn info<T>(&mut self, name: Name, key: Key<T>, labels: impl FnOnce() -> Pairs) {
        self.push(name, FamilyKind::Info, key, labels, Value::Integer(1));
    }

    /// Adds a series to a histogram.
    pub fn histogram<T>(
        &mut self,
        name: Name,
        key: Key<T>,
        labels: impl FnOnce() -> Pairs,
        bounds: &'static [f64],
        read: Read,
    ) {
        let Read { counts, sum, exemplars } = read;
        let bounds = self.page.texts.bounds(bounds);
        let value = HistogramValue { bounds, counts, sum, exemplars };
        self.push(name, FamilyKind::Histogram, key, labels, value.into());
    }

    fn push<T>(
        &mut self,
        Name(name, help): Name,
        kind: FamilyKind,
        Key(item, series, lane): Key<T>,
        labels: impl FnOnce() -> Pairs,
        value: Value,
    ) {
        let labels = self.page.texts.labels(item, series, lane, labels);
        self.page.named(Cow::Borrowed(name), help, kind).push(Series { labels, value });
    }

    /// What a count stands at.
    pub fn read(&self, tally: &Tally) -> Value {
        tally.read(self.page.reader)
    }

    /// The errors of each category: its number among them, and how many there were.
    pub fn errors(&self, errors: &ErrorTally, visit: impl FnMut(usize, &'static Category, u64)) {
        errors.each(self.page.reader, visit);
    }

    /// The combinations of an item's labels that occurred, or the only one of an item without labels.
    pub fn combinations<const LANES: usize>(
        &self,
        lanes: &'static Lanes<LANES>,
        labels: &'static [LabelDesc],
        interns: &Interns,
    ) -> Vec<CombinationOf<LANES>> {
        let mut found = Vec::new();
        lanes.space.each(!labels.is_empty(), |at, slots| {
            if labels.is_empty() || slots.iter().any(Slot::is_used) {
                let values = named(labels, lanes.space.values(at, interns.all()));
                found.push(CombinationOf { lanes, slots, at, values });
            }
        });
        found
    }

    /// Reports how often an item's capped labels overflowed.
    pub fn overflows(&mut self, item: String, labels: &'static [LabelDesc], interns: &Interns) {
        self.page.overflows(item.into(), labels, interns);
    }

    /// What a lane's durations say that were counted in ticks.
    pub fn ticked<const LANES: usize>(
        &self,
        of: &CombinationOf<LANES>,
        lane: usize,
        buckets: &'static TickBuckets,
    ) -> Read {
        Read::ticked(self.page.reader, &of.slots[lane], buckets.seconds.len())
    }

    /// What a lane's values say.
    pub fn observed<const LANES: usize>(
        &self,
        of: &CombinationOf<LANES>,
        lane: usize,
        bounds: &'static [f64],
    ) -> Read {
        let mut read = Read::observed(self.page.reader, &of.slots[lane], bounds.len());
        read.exemplars = of.lanes.exemplars.of(of.number() * LANES + lane, read.counts.len());
        read
    }
}

/// One combination of an item's labels.
#[derive(Debug)]
pub struct CombinationOf<const LANES: usize> {
    lanes: &'static Lanes<LANES>,
    slots: &'static [Slot; LANES],
    at: Combination,
    /// The labels.
    pub values: Pairs,
}

impl<const LANES: usize> CombinationOf<LANES> {
    /// Which one it is.
    pub fn number(&self) -> usize {
        self.at.number()
    }
}
