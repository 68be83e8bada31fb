//! Rate, errors and duration of requests.
//!
//! The labels of a request have more combinations than anybody could keep: ten methods, a hundred routes, five
//! hundred status codes. Few of them occur. So a series is not a combination but the text of one, kept in the
//! table that keeps the strings of capped labels: the first so many, and `_other`.

use super::columns::{Columns, Merged};
use super::seen::{self, Listed};
use super::words::{METHODS, SCHEMES};
use crate::cells::{Count, Slot};
use crate::instrument::family::Page;
use crate::instrument::histogram::Values;
use crate::label::{Interns, LabelIndex, OTHER, Space};
use crate::private::LabelDesc;
use crate::snapshot::{Family, FamilyKind, HistogramValue};
use obs_model::request::{RequestFamily, RequestLabel};
use std::borrow::Cow;
use std::cell::RefCell;

/// What a route is called that is none.
const UNMATCHED: &str = "_unmatched";
/// Routes, hosts or methods of one family.
pub(super) const PLACES: u32 = 200;
/// Series of one family. A thread that counts all of them takes 16 cells each, a quarter of a MiB.
pub(super) const SERIES: u32 = 2000;

const CAPS: &[Option<u32>] = &[Some(PLACES), Some(SERIES)];

/// Stands between the values of a series' text. No header and no template has it.
const SEPARATOR: char = '\u{1f}';

/// Histograms of the same requests.
#[derive(Debug)]
pub(super) struct Group {
    /// The two things that are capped, for `obs_label_overflow_total`.
    capped: &'static [LabelDesc],
    sizes: Vec<Sizes>,
    /// A counter that says what the first histogram's counts say.
    counter: Option<Counter>,
    strings: Interns,
}

/// One histogram.
#[derive(Debug)]
pub(super) struct Sizes {
    name: String,
    help: &'static str,
    bounds: &'static [f64],
    columns: Columns,
    space: Space<[Slot; 1]>,
    values: Values,
}

/// A counter of requests.
#[derive(Debug)]
struct Counter {
    name: String,
    help: &'static str,
    columns: Columns,
}

impl Sizes {
    /// Of requests of which is told what `told` lists.
    pub(super) fn new(family: RequestFamily, told: &[RequestLabel]) -> Sizes {
        let columns = Columns::new(&family.labels, told);
        let RequestFamily { name, help, buckets, .. } = family;
        Sizes { name, help, bounds: buckets.leak(), columns, space: Space::new(), values: Values::new() }
    }
}

impl Group {
    pub(super) fn new(
        capped: &'static [LabelDesc],
        sizes: Vec<Sizes>,
        counter: Option<RequestFamily>,
        told: &[RequestLabel],
    ) -> Group {
        let counter = counter.map(|family| Counter {
            columns: Columns::new(&family.labels, told),
            name: family.name,
            help: family.help,
        });
        Group { capped, sizes, counter, strings: Interns::new() }
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
        self.observe_in(self.series(values), sizes, span);
    }

    /// The same for a request of which only the route is text of its own: nearly always one that looks like it was seen
    /// before.
    pub(super) fn observe_route(
        &'static self,
        route: Option<&str>,
        listed: Listed,
        sizes: &[Option<f64>],
        span: Option<(u128, u64)>,
    ) {
        let label = seen::label(self, route.unwrap_or(UNMATCHED), listed, || {
            let place = route.map_or(UNMATCHED, |route| self.place(route));
            let label = self.series(&listed.values(place));
            // What is one too many is counted each time.
            (label, (route.is_none() || route == Some(place)) && label.index < SERIES)
        });
        self.observe_in(label, sizes, span);
    }

    fn observe_in(&'static self, label: LabelIndex, sizes: &[Option<f64>], span: Option<(u128, u64)>) {
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
            let mut merged = Merged::of(&sizes.columns);
            self.read(sizes, page, |page, number, value| {
                let labels = page.texts.labels(sizes, number, 0, || self.values(&sizes.columns, number));
                merged.add(&mut family, labels, value.into());
            });
            into.push(family);
        }
        into.extend(self.counted(page));
        let item = self.sizes.first().map_or(Cow::Borrowed(""), |sizes| Cow::Owned(sizes.name.clone()));
        page.overflows(item, self.capped, &self.strings);
    }

    /// Each series of a histogram that was used, by its number.
    fn read(
        &'static self,
        sizes: &'static Sizes,
        page: &mut Page<'_>,
        mut visit: impl FnMut(&mut Page<'_>, usize, HistogramValue),
    ) {
        sizes.space.each(true, |at, [slot]| {
            if slot.is_used() {
                let bounds = page.texts.bounds(sizes.bounds);
                let read = sizes.values.read(page.reader, sizes.bounds.len(), slot, at);
                let (counts, sum, exemplars) = (read.counts, read.sum, read.exemplars);
                visit(page, at.number(), HistogramValue { bounds, counts, sum, exemplars });
            }
        });
    }

    fn counted(&'static self, page: &mut Page<'_>) -> Option<Family> {
        let counter = self.counter.as_ref()?;
        let mut family = Family::new(counter.name.clone(), counter.help, FamilyKind::Counter);
        let mut merged = Merged::of(&counter.columns);
        self.read(self.sizes.first()?, page, |page, number, durations| {
            let labels = page.texts.labels(counter, number, 0, || self.values(&counter.columns, number));
            merged.add(&mut family, labels, durations.count().into());
        });
        Some(family)
    }

    /// The labels of the series of that number, without those that it does not have.
    fn values(&self, columns: &Columns, number: usize) -> Vec<(&'static str, Cow<'static, str>)> {
        let table = self.strings.all().get(1).and_then(Option::as_ref);
        match table.and_then(|table| table.text(u32::try_from(number).ok()?)) {
            Some(text) => columns.of(&text.split(SEPARATOR).collect::<Vec<_>>()),
            None => columns.names().map(|name| (name, Cow::Borrowed(OTHER))).collect(),
        }
    }
}

/// Requests in progress, by method and scheme: those that began less those that ended, as with observed calls.
#[derive(Debug)]
pub(super) struct InFlight {
    name: String,
    help: &'static str,
    /// Of the method and the scheme.
    columns: Columns,
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
        let columns = Columns::new(&family.labels, &[RequestLabel::Method, RequestLabel::Scheme]);
        InFlight { name: family.name, help: family.help, columns, counts: Space::new() }
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
        let mut merged = Merged::of(&self.columns);
        self.counts.each(true, |at, [began, ended]| {
            if began.is_used() {
                // Ends before starts: see `cells::Update`.
                let ended = page.reader.total(ended);
                let flying = page.reader.total(began).saturating_sub(ended);
                let values = || {
                    let known = self.counts.values(at, &[]);
                    self.columns.of(&known.iter().map(|value| &**value).collect::<Vec<_>>())
                };
                let labels = page.texts.labels(self, at.number(), 0, values);
                merged.add(&mut family, labels, flying.into());
            }
        });
        into.push(family);
    }
}
