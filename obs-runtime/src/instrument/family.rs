//! Turning instruments into families of a snapshot.

use super::hash::Map;
use crate::cells::Reader;
use crate::label::{Combination, Interns, LabelIndex, Space, Vacant};
use crate::private::{LabelDesc, MetricDesc};
use crate::snapshot::{Bounds, Exemplar, Family, FamilyKind, HistogramValue, Labels, Series, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

/// A static under `#[metric]`.
pub(crate) trait Instrument: Sync + Debug {
    /// Adds its family, or its series to the family that is there.
    fn collect(&'static self, desc: &'static MetricDesc, page: &mut Page<'_>);
}

/// What stays from one snapshot to the next: label sets and bounds, rendered once.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    labels: Map<Key, Arc<Labels>>,
    bounds: Map<(usize, usize), Arc<Bounds>>,
}

/// Whose labels: an address that stands for the item, and which of its series.
type Key = (usize, usize, usize);

impl Texts {
    /// The labels of an item's series. `item` is any static of it; `series` and `lane` tell its series
    /// apart.
    pub(crate) fn labels<T>(
        &mut self,
        item: &'static T,
        series: usize,
        lane: usize,
        make: impl FnOnce() -> Vec<(&'static str, Cow<'static, str>)>,
    ) -> Arc<Labels> {
        let key = (std::ptr::from_ref(item).addr(), series, lane);
        Arc::clone(self.labels.entry(key).or_insert_with(|| Labels::new(make())))
    }

    pub(crate) fn bounds(&mut self, bounds: &'static [f64]) -> Arc<Bounds> {
        let key = (bounds.as_ptr().addr(), bounds.len());
        Arc::clone(self.bounds.entry(key).or_insert_with(|| Arc::new(Bounds::new(bounds))))
    }
}

/// A snapshot in the making.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) texts: &'a mut Texts,
    pub(crate) families: BTreeMap<Cow<'static, str>, Family>,
    overflows: Vec<Series>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(reader: &'a Reader, texts: &'a mut Texts) -> Page<'a> {
        Page { reader, texts, families: BTreeMap::new(), overflows: Vec::new() }
    }

    /// Lets `fill` add series to the family of a metric.
    pub(crate) fn family(
        &mut self,
        desc: &'static MetricDesc,
        kind: FamilyKind,
        fill: impl FnOnce(&mut MetricSeries<'_>),
    ) {
        let family = self
            .families
            .entry(Cow::Borrowed(desc.name))
            .or_insert_with(|| Family::new(desc.name, desc.help, kind));
        fill(&mut MetricSeries { reader: self.reader, texts: self.texts, desc, series: &mut family.series });
    }

    /// The family of that name, made if it is not there.
    pub(crate) fn named(
        &mut self,
        name: Cow<'static, str>,
        help: &'static str,
        kind: FamilyKind,
    ) -> &mut Vec<Series> {
        &mut self.families.entry(name.clone()).or_insert_with(|| Family::new(name, help, kind)).series
    }

    /// Reports how often the capped labels of an item, a metric or a function, overflowed.
    pub(crate) fn overflows(
        &mut self,
        item: Cow<'static, str>,
        labels: &'static [LabelDesc],
        interns: &Interns,
    ) {
        for (label, intern) in labels.iter().zip(interns.all()) {
            if let Some(intern) = intern {
                let labels = Labels::new([("item", item.clone()), ("label", Cow::Borrowed(label.name))]);
                self.overflows.push(Series { labels, value: intern.overflow(self.reader).into() });
            }
        }
    }

    /// The families, with the runtime's own about labels.
    pub(crate) fn finish(mut self) -> Vec<Family> {
        let overflows = std::mem::take(&mut self.overflows);
        let help = "Values of a capped label that became `_other`.";
        *self.named(Cow::Borrowed("obs_label_overflow_total"), help, FamilyKind::Counter) = overflows;
        self.families.into_values().filter(|family| !family.series.is_empty()).collect()
    }
}

/// The series of one metric.
#[derive(Debug)]
pub(crate) struct MetricSeries<'a> {
    pub(crate) reader: &'a Reader,
    texts: &'a mut Texts,
    desc: &'static MetricDesc,
    series: &'a mut Vec<Series>,
}

/// What a histogram's slot says.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) counts: Vec<u64>,
    pub(crate) sum: f64,
    pub(crate) exemplars: Vec<(usize, Exemplar)>,
}

impl MetricSeries<'_> {
    pub(crate) fn add<T: Vacant>(
        &mut self,
        space: &Space<T>,
        interns: &Interns,
        at: Combination,
        value: Value,
    ) {
        let desc = self.desc;
        let labels =
            self.texts.labels(desc, at.number(), 0, || named(desc.labels, space.values(at, interns.all())));
        self.series.push(Series { labels, value });
    }

    pub(crate) fn add_observed<T: Vacant>(
        &mut self,
        space: &Space<T>,
        interns: &Interns,
        at: Combination,
        observed: Observed,
    ) {
        let Observed { counts, sum, exemplars } = observed;
        let bounds = self.texts.bounds(self.desc.buckets);
        self.add(space, interns, at, HistogramValue { bounds, counts, sum, exemplars }.into());
    }
}

/// Labels by the names of an attribute.
pub(crate) fn named(
    labels: &'static [LabelDesc],
    values: Vec<Cow<'static, str>>,
) -> Vec<(&'static str, Cow<'static, str>)> {
    labels.iter().map(|label| label.name).zip(values).collect()
}

/// Makes room for the labels of a static, which its type tells before the first update.
pub(crate) fn prepare<T: Vacant>(space: &Space<T>, caps: &[Option<u32>], values: &[&'static [&'static str]]) {
    let label = |(cap, values): (&Option<u32>, &&'static [&'static str])| {
        let size = cap.map_or(values.len() as u32, |cap| cap + 1);
        LabelIndex { index: 0, size, values }
    };
    let labels: Vec<LabelIndex> = caps.iter().zip(values).map(label).collect();
    space.prepare(&labels);
}
