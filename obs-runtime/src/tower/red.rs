//! Rate, errors and duration of requests.
//!
//! The labels of a request have more combinations than anybody could keep: ten methods, a hundred routes, five
//! hundred status codes. Few of them occur. So a series is not a combination but the text of one, kept in the
//! table that keeps the strings of capped labels: the first so many, and `_other`.

use super::words::{METHODS, SCHEMES};
use crate::cells::{Count, Slot};
use crate::instrument::family::Page;
use crate::instrument::histogram::Values;
use crate::label::{Interns, LabelIndex, OTHER, Space};
use crate::private::LabelDesc;
use crate::snapshot::{Family, FamilyKind, HistogramValue, Series};
use obs_model::request::RequestFamily;
use std::borrow::Cow;
use std::cell::RefCell;

/// Routes, hosts or methods of one family.
pub(super) const PLACES: u32 = 200;
/// Series of one family. A thread that counts all of them takes 16 cells each, a quarter of a MiB.
pub(super) const SERIES: u32 = 2000;

const CAPS: &[Option<u32>] = &[Some(PLACES), Some(SERIES)];

/// Stands between the values of a series' text. No header and no template has it.
const SEPARATOR: char = '\u{1f}';

/// Histograms of the same requests, with the same labels.
#[derive(Debug)]
pub(super) struct Group {
    labels: &'static [&'static str],
    /// The two things that are capped, for `obs_label_overflow_total`.
    capped: &'static [LabelDesc],
    sizes: Vec<Sizes>,
    /// A counter that says what the first histogram's count says.
    counter: Option<RequestFamily>,
    strings: Interns,
}

/// One histogram.
#[derive(Debug)]
pub(super) struct Sizes {
    name: String,
    help: &'static str,
    bounds: &'static [f64],
    space: Space<[Slot; 1]>,
    values: Values,
}

impl Sizes {
    pub(super) fn new(family: RequestFamily) -> Sizes {
        let RequestFamily { name, help, buckets: bounds, .. } = family;
        Sizes { name, help, bounds, space: Space::new(), values: Values::new() }
    }
}

impl Group {
    pub(super) fn new(
        labels: &'static [&'static str],
        capped: &'static [LabelDesc],
        sizes: Vec<Sizes>,
        counter: Option<RequestFamily>,
    ) -> Group {
        Group { labels, capped, sizes, counter, strings: Interns::new() }
    }

    /// Whether a request was counted here.
    pub(super) fn is_used(&self) -> bool {
        let mut used = false;
        self.sizes.iter().for_each(|sizes| sizes.space.each(true, |_, [slot]| used |= slot.is_used()));
        used
    }

    /// The route, host or method, or `_other` if it is one too many.
    pub(super) fn place<'a>(&self, text: &'a str) -> &'a str {
        let index = self.strings.label_of(CAPS, 0, text).index;
        if index < PLACES { text } else { OTHER }
    }

    /// Observes one value in each histogram, in their order, or none. `values` are those of the labels; an
    /// empty one is a label that the request does not have. `span` is where exemplars lead.
    pub(super) fn observe(&'static self, values: &[&str], sizes: &[Option<f64>], span: Option<(u128, u64)>) {
        let label = self.series(values);
        for (histogram, size) in self.sizes.iter().zip(sizes) {
            if let Some(size) = size {
                let (slots, at) = histogram.space.at(&[label]);
                histogram.values.observe_of(histogram.bounds, &slots[0], at, *size, span);
            }
        }
    }

    /// The series of these values.
    fn series(&self, values: &[&str]) -> LabelIndex {
        thread_local! {
            /// The text of a series, which needs no memory of its own. Nobody else's code runs meanwhile.
            static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
        }
        let of = |text: &mut String| {
            text.clear();
            for value in values {
                text.push_str(value);
                text.push(SEPARATOR);
            }
            self.strings.label_of(CAPS, 1, text)
        };
        TEXT.try_with(|text| of(&mut text.borrow_mut())).unwrap_or_else(|_| of(&mut String::new()))
    }

    pub(super) fn collect(&'static self, page: &mut Page<'_>, into: &mut Vec<Family>) {
        for sizes in &self.sizes {
            let mut family = Family::new(sizes.name.clone(), sizes.help, FamilyKind::Histogram);
            sizes.space.each(true, |at, [slot]| {
                if slot.is_used() {
                    let labels = page.texts.labels(sizes, at.number(), 0, || self.values(at.number()));
                    let bounds = page.texts.bounds(sizes.bounds);
                    let read = sizes.values.read(page.reader, sizes.bounds.len(), slot, at);
                    let (counts, sum, exemplars) = (read.counts, read.sum, read.exemplars);
                    let value = HistogramValue { bounds, counts, sum, exemplars }.into();
                    family.series.push(Series { labels, value });
                }
            });
            into.push(family);
        }
        into.extend(self.counted(into));
        let item = self.sizes.first().map_or(Cow::Borrowed(""), |sizes| Cow::Owned(sizes.name.clone()));
        page.overflows(item, self.capped, &self.strings);
    }

    fn counted(&self, families: &[Family]) -> Option<Family> {
        let RequestFamily { name, help, .. } = self.counter.as_ref()?;
        let durations = families.iter().find(|family| family.name == self.sizes[0].name)?;
        let mut family = Family::new(name.clone(), *help, FamilyKind::Counter);
        for Series { labels, value } in &durations.series {
            if let crate::snapshot::Value::Histogram(histogram) = value {
                family.series.push(Series { labels: labels.clone(), value: histogram.count().into() });
            }
        }
        Some(family)
    }

    /// The labels of the series of that number, without those that it does not have.
    fn values(&self, number: usize) -> Vec<(&'static str, Cow<'static, str>)> {
        let names = self.labels.iter().copied();
        let table = self.strings.all().get(1).and_then(Option::as_ref);
        match table.and_then(|table| table.text(u32::try_from(number).ok()?)) {
            Some(text) => {
                let pairs = names.zip(text.split(SEPARATOR)).filter(|(_, value)| !value.is_empty());
                pairs.map(|(name, value)| (name, Cow::Owned(value.to_owned()))).collect()
            }
            None => names.map(|name| (name, Cow::Borrowed(OTHER))).collect(),
        }
    }
}

/// Requests in progress, by method and scheme: those that began less those that ended, as with observed calls.
#[derive(Debug)]
pub(super) struct InFlight {
    name: String,
    help: &'static str,
    labels: &'static [&'static str],
    counts: Space<[Slot; 2]>,
}

/// A request that is in progress until this is dropped.
#[derive(Debug)]
pub(super) struct Flying(&'static Slot);

impl Drop for Flying {
    fn drop(&mut self) {
        self.0.update(1, Count { at: 0, n: 1 });
    }
}

impl InFlight {
    pub(super) fn new(family: RequestFamily) -> InFlight {
        let RequestFamily { name, help, labels, .. } = family;
        InFlight { name, help, labels, counts: Space::new() }
    }

    /// By the positions of the method and the scheme in their lists.
    pub(super) fn begin(&'static self, method: usize, scheme: usize) -> Flying {
        let label = |index: usize, values: &'static [&'static str]| LabelIndex {
            index: index as u32,
            size: values.len() as u32,
            values,
        };
        let ([began, ended], _) = self.counts.at(&[label(method, METHODS), label(scheme, SCHEMES)]);
        began.update(1, Count { at: 0, n: 1 });
        Flying(ended)
    }

    pub(super) fn collect(&'static self, page: &mut Page<'_>, into: &mut Vec<Family>) {
        let mut family = Family::new(self.name.clone(), self.help, FamilyKind::Gauge);
        self.counts.each(true, |at, [began, ended]| {
            if began.is_used() {
                // Ends before starts: see `cells::Update`.
                let ended = page.reader.total(ended);
                let flying = page.reader.total(began).saturating_sub(ended);
                let values = || self.labels.iter().copied().zip(self.counts.values(at, &[])).collect();
                let labels = page.texts.labels(self, at.number(), 0, values);
                family.series.push(Series { labels, value: flying.into() });
            }
        });
        into.push(family);
    }
}
