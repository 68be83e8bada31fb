//! Gauges with labels that are asked at each scrape.

use super::{Interns, MetricDesc};
use crate::instrument::family::{Page, named};
use crate::label::{Combination, GivesSeries, LabelSet, Space};
use crate::snapshot::{Family, FamilyKind, Labels};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A function that gives all series of a gauge at once.
pub struct Polled<L: LabelSet> {
    desc: &'static MetricDesc,
    read: fn(&Polled<L>) -> Readings,
    /// What numbers of combinations mean; there is nothing to keep.
    space: Space<()>,
    interns: Interns,
    labels: PhantomData<fn(L)>,
}

/// What a function gave, by the number of the labels' combination.
#[derive(Debug, Default)]
pub struct Readings(BTreeMap<usize, (Combination, f64)>);

impl<L: LabelSet> Polled<L> {
    pub const fn new(desc: &'static MetricDesc, read: fn(&Polled<L>) -> Readings) -> Polled<L> {
        Polled { desc, read, space: Space::new(), interns: Interns::new(), labels: PhantomData }
    }

    /// The series that a function gave. What has the same labels is added up: what is over a cap is one series.
    pub fn readings(&self, given: impl GivesSeries<L>) -> Readings {
        let mut readings = Readings::default();
        given.each(&self.interns, |labels, value| {
            let (_, at) = self.space.at(&labels);
            readings.0.entry(at.number()).or_insert((at, 0.0)).1 += value;
        });
        readings
    }
}

/// A [`Polled`] of any labels.
pub(crate) trait Poll: Sync + fmt::Debug {
    fn desc(&self) -> &'static MetricDesc;

    /// Asks. Runs the function, so whoever calls holds no lock.
    fn poll(&'static self) -> Option<Family>;

    /// Adds what its caps kept out.
    fn overflows(&'static self, page: &mut Page<'_>);
}

impl<L: LabelSet> Poll for Polled<L> {
    fn desc(&self) -> &'static MetricDesc {
        self.desc
    }

    fn poll(&'static self) -> Option<Family> {
        let asked = std::panic::AssertUnwindSafe(|| (self.read)(self));
        let readings = std::panic::catch_unwind(asked).ok()?;
        let mut family = Family::new(self.desc.name, self.desc.help, FamilyKind::Gauge);
        for (at, value) in readings.0.into_values() {
            let labels = Labels::new(named(self.desc.labels, self.space.values(at, self.interns.all())));
            family = family.with_labels(labels, value);
        }
        (!family.series.is_empty()).then_some(family)
    }

    fn overflows(&'static self, page: &mut Page<'_>) {
        page.overflows(self.desc.name.into(), self.desc.labels, &self.interns);
    }
}

impl<L: LabelSet> fmt::Debug for Polled<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Polled").field("name", &self.desc.name).finish_non_exhaustive()
    }
}
