//! What annotated items enter into `inventory`.

use crate::instrument::family::Instrument;
use crate::instrument::{Counter, Gauge, Histogram};
use crate::label::{LabelSet, MAX_SERIES, space};
use crate::private::{ErrorTypeDesc, FunctionMetric, MetricDesc, Site};

/// One annotated item. Made by generated code only.
#[derive(Clone, Copy, Debug)]
pub struct Entry(pub(crate) Item);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    Function(&'static Site),
    Static(&'static MetricDesc, &'static dyn Instrument),
    Metric(&'static FunctionMetric),
    Polled(&'static MetricDesc, fn() -> Option<f64>),
    Error(&'static ErrorTypeDesc),
}

inventory::collect!(Entry);

#[doc(hidden)]
impl Entry {
    pub const fn function(site: &'static Site) -> Entry {
        Entry(Item::Function(site))
    }

    pub const fn metric(metric: &'static FunctionMetric) -> Entry {
        Entry(Item::Metric(metric))
    }

    pub const fn polled(desc: &'static MetricDesc, read: fn() -> Option<f64>) -> Entry {
        Entry(Item::Polled(desc, read))
    }

    pub const fn error(desc: &'static ErrorTypeDesc) -> Entry {
        Entry(Item::Error(desc))
    }
}

macro_rules! instruments {
    ($($instrument:ident),*) => {$(
        #[doc(hidden)]
        impl<L: LabelSet> $instrument<L> {
            /// Evaluated at compile time, where an assertion is an error at the attribute.
            pub const fn __entry(&'static self, desc: &'static MetricDesc) -> Entry {
                assert!(
                    desc.labels.len() == L::CAPS.len(),
                    "the attribute names another number of labels than the instrument's type has"
                );
                assert!(
                    space::size_of::<L>() <= MAX_SERIES,
                    "the labels could make over 65536 series; lower a cap or drop a label"
                );
                Entry(Item::Static(desc, self))
            }
        }
    )*};
}
instruments!(Counter, Gauge, Histogram);
