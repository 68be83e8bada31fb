//! Counts that only go up.

use super::family::{self, Instrument, Page};
use crate::cells::{Count, Reader, Slot, Sum};
use crate::label::{Interns, LabelSet, Space};
use crate::private::MetricDesc;
use crate::snapshot::{FamilyKind, Value};
use std::fmt;
use std::marker::PhantomData;

/// The cells of a counter: whole increments, and fractional ones as an `f64`.
const WIDTH: usize = 2;

/// A count that only goes up, in a `static` under `#[metric(counter, …)]`.
///
/// An update costs a few nanoseconds on any number of threads; see [`LabelSet`] for the labels. Counts
/// are kept from the first update on, whether or not anything is exported.
///
/// # Examples
///
/// ```
/// use obs_runtime::{Capped, Counter, LabelValue, metric};
///
/// #[derive(LabelValue)]
/// enum Format { Json, Avro }
///
/// /// Schemas that were registered.
/// #[metric(counter, name = "schemas_registered_total", labels(format: Format, tenant: Capped<50>))]
/// static REGISTERED: Counter<(Format, Capped<50>)> = Counter::new();
///
/// /// Ticks of the scheduler.
/// #[metric(counter, name = "scheduler_ticks_total")]
/// static TICKS: Counter = Counter::new();
///
/// REGISTERED.with((Format::Avro, "acme")).inc();
/// TICKS.inc();
/// ```
pub struct Counter<L: LabelSet = ()> {
    space: Space<[Slot; 1]>,
    interns: Interns,
    labels: PhantomData<fn(L)>,
}

/// One series of a [`Counter`].
#[derive(Clone, Copy, Debug)]
pub struct CounterSeries<'a>(&'a Slot);

impl<L: LabelSet> Counter<L> {
    /// A counter at zero.
    #[allow(clippy::new_without_default)] // It belongs into a static, which cannot call `default`.
    pub const fn new() -> Self {
        Counter { space: Space::new(), interns: Interns::new(), labels: PhantomData }
    }

    /// The series with these labels' values.
    #[inline]
    pub fn with(&self, labels: L::Values<'_>) -> CounterSeries<'_> {
        let labels = L::resolve(labels, &self.interns);
        CounterSeries(&self.space.at(labels.as_ref()).0[0])
    }
}

impl Counter {
    /// Adds one.
    #[inline]
    pub fn inc(&self) {
        self.with(()).inc();
    }

    /// Adds `n`.
    #[inline]
    pub fn add(&self, n: u64) {
        self.with(()).add(n);
    }

    /// Adds a fraction; see [`CounterSeries::add_f64`].
    #[inline]
    pub fn add_f64(&self, x: f64) {
        self.with(()).add_f64(x);
    }
}

impl CounterSeries<'_> {
    /// Adds one.
    #[inline]
    pub fn inc(self) {
        self.add(1);
    }

    /// Adds `n`.
    #[inline]
    pub fn add(self, n: u64) {
        self.0.update(WIDTH, Count { at: 0, n });
    }

    /// Adds a fraction, for amounts such as seconds or dollars. A counter only goes up, so what is
    /// negative or no number is left out.
    #[inline]
    pub fn add_f64(self, x: f64) {
        if x >= 0.0 {
            self.0.update(WIDTH, Sum { at: 1, x });
        }
    }
}

/// What a counter's slot stands at.
pub(crate) fn read(reader: &Reader, slot: &Slot) -> Value {
    match (reader.total(slot), reader.sum_f64(slot, 1)) {
        (whole, 0.0) => Value::Integer(whole),
        (whole, fraction) => Value::Float(whole as f64 + fraction),
    }
}

impl<L: LabelSet> fmt::Debug for Counter<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter").field("labels", &L::CAPS.len()).finish_non_exhaustive()
    }
}

impl<L: LabelSet> Instrument for Counter<L> {
    fn collect(&'static self, desc: &'static MetricDesc, page: &mut Page<'_>) {
        family::prepare(&self.space, L::CAPS, L::VALUES);
        page.family(desc, FamilyKind::Counter, |series| {
            self.space.each(!L::CAPS.is_empty(), |at, [slot]| {
                if slot.is_used() || self.space.is_known(at) {
                    series.add(&self.space, &self.interns, at, read(series.reader, slot));
                }
            });
        });
        page.overflows(desc.name.into(), desc.labels, &self.interns);
    }
}
