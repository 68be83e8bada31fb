//! `#[metric]` on functions.

use super::{Class, Interns, Kind, LabelDesc, LabelIndex, Labelled, MetricDesc};
use crate::cells::{Count, Slot, Sum};
use crate::clock;
use crate::instrument::gauge::GaugeCell;
use crate::instrument::histogram::Values;
use crate::label::Space;

/// The instrument that a function's calls update. Which of its parts is used, its kind says.
#[derive(Debug)]
pub struct FunctionMetric {
    pub(crate) desc: MetricDesc,
    pub(crate) slots: Space<[Slot; 1]>,
    pub(crate) gauges: Space<GaugeCell>,
    pub(crate) values: Values,
    pub(crate) interns: Interns,
}

impl FunctionMetric {
    pub const fn new(desc: MetricDesc) -> FunctionMetric {
        FunctionMetric {
            desc,
            slots: Space::new(),
            gauges: Space::new(),
            values: Values::new(),
            interns: Interns::new(),
        }
    }

    /// Counts `value` of a counter, observes it in a histogram, or makes it the gauge's.
    #[inline]
    pub fn record<const N: usize>(&'static self, labels: [LabelIndex; N], value: f64) {
        match self.desc.kind {
            Kind::Gauge => self.gauges.at(&labels).0.set(value),
            Kind::Histogram => {
                let (slots, at) = self.slots.at(&labels);
                self.values.observe(self.desc.buckets, &slots[0], at, value);
            }
            Kind::Counter if value >= 0.0 => self.slots.at(&labels).0[0].update(2, Sum { at: 1, x: value }),
            Kind::Counter => {}
        }
    }

    /// Adds `n` to a counter.
    #[inline]
    pub fn count<const N: usize>(&'static self, labels: [LabelIndex; N], n: u64) {
        self.slots.at(&labels).0[0].update(2, Count { at: 0, n });
    }

    /// Observes the time since `start`, in seconds.
    #[inline]
    pub fn elapsed<const N: usize>(&'static self, labels: [LabelIndex; N], start: Started) {
        self.record(labels, clock::seconds(clock::now().saturating_sub(start.0)));
    }
}

impl Labelled for FunctionMetric {
    fn label_descs(&'static self) -> &'static [LabelDesc] {
        self.desc.labels
    }

    fn label_interns(&'static self) -> &'static Interns {
        &self.interns
    }
}

/// What a call adds, sets or observes: `value = …` of an attribute. `None` is no number, which nothing counts.
#[inline(always)]
pub fn amount(value: impl Reading) -> f64 {
    value.reading().unwrap_or(f64::NAN)
}

/// When a call started.
#[derive(Clone, Copy, Debug)]
pub struct Started(u64);

/// Now.
#[inline]
pub fn start() -> Started {
    Started(clock::now())
}

/// Does something when a call ends, however it ends.
#[derive(Debug)]
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    #[inline]
    fn drop(&mut self) {
        (self.0)();
    }
}

/// How a call ended, for metrics that have it as a label.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    result: u32,
    error_type: &'static str,
}

/// A label that is known when the call has ended.
pub const LATER: LabelIndex = LabelIndex { index: 0, size: 1, values: &[""] };

impl Ending {
    const RESULTS: [&'static str; 4] = ["ok", "error", "cancelled", "panic"];

    #[inline]
    pub fn of(class: Class) -> Ending {
        match class {
            Class::Ok => Ending { result: 0, error_type: "" },
            Class::Error(category) => Ending { result: 1, error_type: category.name },
        }
    }

    /// `ok`, `error`, `cancelled` or `panic`.
    #[inline]
    pub fn result(self) -> LabelIndex {
        LabelIndex { index: self.result, size: Ending::RESULTS.len() as u32, values: &Ending::RESULTS }
    }

    /// The category of the error; empty where there is none.
    #[inline]
    pub fn error_type(self) -> &'static str {
        self.error_type
    }
}

/// Records how a call ended when it is dropped, which is when the call ends.
#[derive(Debug)]
pub struct OnEnd<F: FnMut(Ending)> {
    record: F,
    ending: Option<Ending>,
    /// Whether the thread was unwinding already: a call does not panic because a destructor makes it during a panic.
    unwinding: bool,
}

impl<F: FnMut(Ending)> OnEnd<F> {
    #[inline]
    pub fn new(record: F) -> OnEnd<F> {
        OnEnd { record, ending: None, unwinding: std::thread::panicking() }
    }

    /// The call has returned.
    #[inline]
    pub fn ended(&mut self, class: Class) {
        self.ending = Some(Ending::of(class));
    }
}

impl<F: FnMut(Ending)> Drop for OnEnd<F> {
    #[inline]
    fn drop(&mut self) {
        let result = if std::thread::panicking() && !self.unwinding { 3 } else { 2 };
        (self.record)(self.ending.unwrap_or(Ending { result, error_type: "" }));
    }
}

/// What a closure of an attribute reads from a returned value.
#[inline(always)]
pub fn look<'a, R, T>(returned: &'a R, read: impl FnOnce(&'a R) -> T) -> T {
    read(returned)
}

/// What a function that is asked at each scrape may return: any number, `bool`, a `Duration` in seconds,
/// or an `Option` of these, where `None` leaves the series out.
#[diagnostic::on_unimplemented(
    message = "the value of a metric is a number, and `{Self}` is none",
    note = "a number is an integer, a float, a bool, a `Duration`, or an `Option` of one"
)]
pub trait Reading {
    fn reading(self) -> Option<f64>;
}

macro_rules! reading {
    ($($number:ty),*) => {$(
        impl Reading for $number {
            fn reading(self) -> Option<f64> {
                Some(self as f64)
            }
        }
    )*};
}
reading!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64);

impl Reading for bool {
    fn reading(self) -> Option<f64> {
        Some(f64::from(u8::from(self)))
    }
}

impl Reading for std::time::Duration {
    fn reading(self) -> Option<f64> {
        Some(self.as_secs_f64())
    }
}

impl<T: Reading> Reading for Option<T> {
    fn reading(self) -> Option<f64> {
        self.and_then(T::reading)
    }
}
