//! A captured span, and what can be said of it.

use crate::clock;
use crate::trace::FieldValue;
use crate::trace::record::{Ended, Origin, Record};
use std::fmt;
use std::time::Duration;

/// A span that was captured.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// The function, or what else the attribute calls it; of a request, its method and route.
    pub name: String,
    /// The module, or what else the attribute says.
    pub target: String,
    /// The trace it is part of.
    pub trace_id: u128,
    /// The span itself.
    pub span_id: u64,
    /// The span above; zero where there is none.
    pub parent_id: u64,
    /// `ok`, `error`, `cancelled` or `panic`.
    pub result: &'static str,
    /// The category of the error that it ended in, `_OTHER` for one without; `cancelled` or `panic`.
    pub error_type: Option<&'static str>,
    /// How long it took.
    pub duration: Duration,
    /// The fields that were recorded, in order.
    pub fields: Vec<(String, FieldValue)>,
    /// What happened inside, in order. Only with [`layer`](crate::layer) in the subscriber.
    pub events: Vec<Event>,
    pub(super) start: u64,
}

/// Something that happened inside of a span.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// Its level: `TRACE` to `ERROR`.
    pub level: &'static str,
    /// The module that it happened in, or what else it says.
    pub target: String,
    /// Its fields, `message` among them.
    pub fields: Vec<(String, FieldValue)>,
}

impl Span {
    pub(super) fn of(trace_id: u128, record: Record) -> Span {
        let (name, target) = match record.origin {
            Origin::Function(live) => (live.desc.name, live.desc.target()),
            Origin::Foreign(meta) => (meta.name(), meta.target()),
        };
        let result = match record.ended {
            Ended::Ok => "ok",
            Ended::Error(_) => "error",
            Ended::Cancelled => "cancelled",
            Ended::Panic => "panic",
        };
        let extra = record.extra.map(|extra| *extra).unwrap_or_default();
        let owned = |fields: Vec<(std::borrow::Cow<'static, str>, FieldValue)>| {
            fields.into_iter().map(|(name, value)| (name.into_owned(), value)).collect()
        };
        let event = |event: crate::trace::record::Event| Event {
            level: event.meta.level().as_str(),
            target: event.meta.target().to_owned(),
            fields: owned(event.fields),
        };
        Span {
            name: extra.name.map_or_else(|| name.to_owned(), String::from),
            target: target.to_owned(),
            trace_id,
            span_id: record.id,
            parent_id: record.parent,
            result,
            error_type: record.ended.error_type(),
            duration: Duration::from_secs_f64(clock::seconds(record.end.saturating_sub(record.start))),
            events: extra.events.into_iter().map(event).collect(),
            fields: owned(extra.fields),
            start: record.start,
        }
    }

    /// The seconds from another span's beginning to this one's; negative if this one began first.
    pub fn since(&self, other: &Span) -> f64 {
        let distance = |from: u64, to: u64| clock::seconds(to.saturating_sub(from));
        distance(other.start, self.start) - distance(self.start, other.start)
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&FieldValue> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Asserts that it ended well.
    ///
    /// # Panics
    ///
    /// If it did not, with how it ended.
    #[track_caller]
    pub fn assert_ok(&self) -> &Span {
        assert!(self.result == "ok", "expected a span that ended well: {self}");
        self
    }

    /// Asserts that it ended in an error of this category; `_OTHER` is an error without one.
    ///
    /// # Panics
    ///
    /// If it did not, with how it ended.
    #[track_caller]
    pub fn assert_error(&self, category: &str) -> &Span {
        let is = self.result == "error" && self.error_type == Some(category);
        assert!(is, "expected a span that ended in the error {category:?}: {self}");
        self
    }

    /// Asserts that a field has this value.
    ///
    /// # Panics
    ///
    /// If it has another or none, with all fields.
    #[track_caller]
    pub fn assert_field(&self, name: &str, value: impl Into<FieldValue>) -> &Span {
        let value = value.into();
        assert!(self.field(name) == Some(&value), "expected {name} = {value}: {self}");
        self
    }

    /// Asserts that another span is right below this one.
    ///
    /// # Panics
    ///
    /// If it is not, with both.
    #[track_caller]
    pub fn assert_parent_of(&self, child: &Span) {
        let is = child.parent_id == self.span_id && child.trace_id == self.trace_id;
        assert!(is, "expected the second to be below the first: {self} and {child}");
    }

    /// Asserts that an event has this message.
    ///
    /// # Panics
    ///
    /// If none has, with all of them.
    #[track_caller]
    pub fn assert_event(&self, message: &str) -> &Span {
        let is = |event: &&Event| event.message() == Some(message);
        assert!(self.events.iter().any(|event| is(&event)), "expected an event {message:?}: {self}");
        self
    }
}

impl Event {
    /// What it says, if it says something in words.
    pub fn message(&self) -> Option<&str> {
        self.fields.iter().find_map(|(name, value)| match value {
            FieldValue::Text(text) if name == "message" => Some(text.as_str()),
            _ => None,
        })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        for (name, value) in &self.fields {
            write!(f, " {name}={value}")?;
        }
        match self.error_type {
            Some(error_type) if self.result == "error" => write!(f, " (error: {error_type})")?,
            _ => write!(f, " ({})", self.result)?,
        }
        self.events.iter().filter_map(Event::message).try_for_each(|message| write!(f, " {message:?}"))
    }
}
