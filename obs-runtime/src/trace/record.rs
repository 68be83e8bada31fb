//! A span that has ended, as it is held in memory.

use crate::private::{Category, Class, Live, SpanKind};
use std::borrow::Cow;
use std::fmt;
use tracing::Metadata;

/// Whose span it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    /// An observed function's.
    Function(&'static Live),
    /// A span that some library made with `tracing`.
    Foreign(&'static Metadata<'static>),
}

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    Ok,
    Error(&'static Category),
    Cancelled,
    Panic,
}

impl Ended {
    /// Whether it makes a trace worth keeping: a cancellation is its caller's choice.
    pub(crate) fn failed(self) -> bool {
        matches!(self, Ended::Error(_) | Ended::Panic)
    }

    /// The attribute `error.type`; `None` of what ended well.
    pub(crate) fn error_type(self) -> Option<&'static str> {
        match self {
            Ended::Ok => None,
            Ended::Error(category) => Some(category.name),
            Ended::Cancelled => Some("cancelled"),
            Ended::Panic => Some("panic"),
        }
    }
}

impl From<Class> for Ended {
    fn from(class: Class) -> Ended {
        match class {
            Class::Ok => Ended::Ok,
            Class::Error(category) => Ended::Error(category),
        }
    }
}

/// A span that has ended. Times are ticks of [`clock`](crate::clock).
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) origin: Origin,
    pub(crate) id: u64,
    /// Zero where there is none.
    pub(crate) parent: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) ended: Ended,
    /// The series that its duration was counted in, for an exemplar there.
    pub(crate) series: u32,
    /// What few spans have.
    pub(crate) extra: Option<Box<Extra>>,
}

impl Record {
    /// Whether it took longer than its function's attribute says is usual.
    pub(super) fn is_slow(&self) -> bool {
        match self.origin {
            Origin::Function(live) => live.slow.is(self.end.saturating_sub(self.start)),
            Origin::Foreign(_) => false,
        }
    }
}

/// A field.
pub(crate) type Named = (Cow<'static, str>, FieldValue);

/// Fields, events and links.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// The name, where the origin does not have it: that of a request is its route.
    pub(crate) name: Option<Box<str>>,
    /// The kind, where the origin does not have it.
    pub(crate) kind: Option<SpanKind>,
    pub(crate) fields: Vec<(Cow<'static, str>, FieldValue)>,
    pub(crate) events: Vec<Event>,
    /// The spans that this one follows from, by trace and id.
    pub(crate) links: Vec<(u128, u64)>,
    /// How many of each were left out, for there were too many.
    pub(crate) lost: Lost,
}

/// How much did not fit the limits of a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    pub(crate) fields: u32,
    pub(crate) events: u32,
    pub(crate) links: u32,
}

/// Something that happened during a span.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) meta: &'static Metadata<'static>,
    pub(crate) at: u64,
    pub(crate) fields: Vec<(Cow<'static, str>, FieldValue)>,
}

/// A value that an attribute or an event names.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// A truth value.
    Bool(bool),
    /// A whole number. Larger ones than OpenTelemetry has are text.
    Integer(i64),
    /// A measurement.
    Float(f64),
    /// Anything else, as it is printed.
    Text(String),
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::Bool(value) => write!(f, "{value}"),
            FieldValue::Integer(value) => write!(f, "{value}"),
            FieldValue::Float(value) => write!(f, "{value}"),
            FieldValue::Text(value) => write!(f, "{value:?}"),
        }
    }
}

impl From<bool> for FieldValue {
    fn from(value: bool) -> FieldValue {
        FieldValue::Bool(value)
    }
}

impl From<i32> for FieldValue {
    fn from(value: i32) -> FieldValue {
        FieldValue::Integer(value.into())
    }
}

impl From<i64> for FieldValue {
    fn from(value: i64) -> FieldValue {
        FieldValue::Integer(value)
    }
}

impl From<f64> for FieldValue {
    fn from(value: f64) -> FieldValue {
        FieldValue::Float(value)
    }
}

macro_rules! whole {
    ($($number:ty),*) => {$(
        impl From<$number> for FieldValue {
            fn from(value: $number) -> FieldValue {
                i64::try_from(value).map_or_else(|_| FieldValue::Text(value.to_string()), FieldValue::Integer)
            }
        }
    )*};
}

whole!(u8, u16, u32, u64, usize, isize);

impl From<String> for FieldValue {
    fn from(value: String) -> FieldValue {
        FieldValue::Text(value)
    }
}

impl From<&str> for FieldValue {
    fn from(value: &str) -> FieldValue {
        FieldValue::Text(value.to_owned())
    }
}
