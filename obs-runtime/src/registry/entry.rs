//! What annotated items enter into `inventory`.

use crate::instrument::family::Instrument;
use crate::instrument::{Counter, Gauge, Histogram};
use crate::label::{LabelSet, MAX_SERIES, space};
use crate::private::{
    ErrorTypeDesc, Families, FunctionMetric, KernelDesc, Kind, MetricDesc, Poll, Polled, Site,
};
use std::fmt::Debug;

/// One annotated item that is no observed function. Made by generated code only.
#[derive(Clone, Copy, Debug)]
pub struct Entry(pub(crate) Item);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    Static(&'static MetricDesc, &'static dyn Instrument),
    Metric(&'static FunctionMetric),
    Polled(&'static MetricDesc, fn() -> Option<f64>),
    PolledSet(&'static dyn Poll),
    Error(&'static ErrorTypeDesc),
    Kernel(&'static dyn KernelEntry),
}

inventory::collect!(Entry);

// Functions are most of what there is: their own kind of entry, which takes no call to make.
inventory::collect!(&'static Site);

#[doc(hidden)]
impl Entry {
    pub const fn metric(metric: &'static FunctionMetric) -> Entry {
        Entry(Item::Metric(metric))
    }

    pub const fn polled(desc: &'static MetricDesc, read: fn() -> Option<f64>) -> Entry {
        Entry(Item::Polled(desc, read))
    }

    pub const fn polled_set<L: LabelSet>(polled: &'static Polled<L>) -> Entry {
        assert!(
            space::size_of::<L>() <= MAX_SERIES,
            "the labels could make over 65536 series; lower a cap or drop a label"
        );
        Entry(Item::PolledSet(polled))
    }

    /// Evaluated at compile time, where an assertion is an error at the attribute.
    pub const fn instrument<I: Annotated>(instrument: &'static I, desc: &'static MetricDesc) -> Entry {
        match I::KIND {
            Kind::Counter => assert!(
                matches!(desc.kind, Kind::Counter),
                "this is a `Counter`; write `#[metric(counter, …)]`"
            ),
            Kind::Gauge => {
                assert!(matches!(desc.kind, Kind::Gauge), "this is a `Gauge`; write `#[metric(gauge, …)]`");
            }
            Kind::Histogram => assert!(
                matches!(desc.kind, Kind::Histogram),
                "this is a `Histogram`; write `#[metric(histogram, …)]`"
            ),
        }
        assert!(
            desc.labels.len() == I::LABELS,
            "the attribute names another number of labels than the instrument's type has"
        );
        assert!(
            I::SERIES <= MAX_SERIES,
            "the labels could make over 65536 series; lower a cap or drop a label"
        );
        Entry(Item::Static(desc, instrument))
    }

    pub const fn kernel(kernel: &'static dyn KernelEntry) -> Entry {
        Entry(Item::Kernel(kernel))
    }

    pub const fn error(desc: &'static ErrorTypeDesc) -> Entry {
        Entry(Item::Error(desc))
    }
}

/// A kernel of the crate that times them.
#[doc(hidden)]
pub trait KernelEntry: Sync + Debug {
    fn desc(&self) -> &'static KernelDesc;

    /// Adds its series to the families of kernels.
    fn collect(&'static self, families: &mut Families<'_, '_>);
}

/// What a static under `#[metric]` holds.
#[doc(hidden)]
#[allow(private_bounds)] // Nobody else is to implement it.
#[diagnostic::on_unimplemented(
    message = "`#[metric]` on a static expects a `Counter`, `Gauge` or `Histogram`, and `{Self}` is none",
    label = "no instrument"
)]
pub trait Annotated: Instrument + 'static {
    const KIND: Kind;
    const LABELS: usize;
    /// The most that its labels could make.
    const SERIES: usize;
}

macro_rules! instruments {
    ($($instrument:ident),*) => {$(
        impl<L: LabelSet> Annotated for $instrument<L> {
            const KIND: Kind = Kind::$instrument;
            const LABELS: usize = L::CAPS.len();
            const SERIES: usize = space::size_of::<L>();
        }
    )*};
}
instruments!(Counter, Gauge, Histogram);
