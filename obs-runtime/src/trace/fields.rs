//! Values of spans and events, copied.
//!
//! Copying runs the user's `Debug` and `Display`, which may do anything, record a span of their own among it.
//! So values are copied first, and put where they belong afterwards.

#[cfg(feature = "logs")]
use super::record::Named;
use super::record::{Ended, Extra, FieldValue, Lost};
use super::tracer::Limits;
use crate::error::Category;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{self, Write};
use tracing::field::{Field, Visit};

/// What a span failed with that only says that it did.
static OTHER: Category = Category::new("_OTHER");

/// Copied values.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(super) values: Vec<(Cow<'static, str>, FieldValue)>,
    /// Whether they say that the span failed, as `otel.status_code` does.
    pub(super) failed: bool,
}

impl Fields {
    /// What `record` says.
    pub(crate) fn read(record: impl FnOnce(&mut Fields)) -> Fields {
        let mut fields = Fields::default();
        record(&mut fields);
        fields
    }

    /// The same of so many values at most.
    #[cfg(feature = "tracing-subscriber")]
    pub(super) fn read_some(most: usize, record: impl FnOnce(&mut Fields)) -> Fields {
        let mut fields = Fields { values: Vec::with_capacity(most), failed: false };
        record(&mut fields);
        fields
    }

    /// What a span says that an error happened in.
    pub(crate) fn of_error(error_type: &'static str) -> Fields {
        let said = [("otel.status_code", "ERROR"), ("error.type", error_type)];
        let values = said.map(|(name, value)| (Cow::Borrowed(name), FieldValue::Text(value.to_owned())));
        Fields { values: values.into(), failed: true }
    }

    /// The values by name, in order.
    #[cfg(feature = "logs")]
    pub(crate) fn into_values(self) -> Vec<Named> {
        self.values
    }

    /// How a span ended that nobody has said more of.
    pub(super) fn ended(&self) -> Option<Ended> {
        self.failed.then_some(Ended::Error(&OTHER))
    }

    fn add(&mut self, field: &Field, value: FieldValue) {
        self.values.push((Cow::Borrowed(field.name()), value));
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, FieldValue::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, FieldValue::Integer(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let text = |_| FieldValue::Text(value.to_string());
        self.add(field, i64::try_from(value).map_or_else(text, FieldValue::Integer));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, FieldValue::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.failed |= field.name() == "otel.status_code" && value.eq_ignore_ascii_case("error");
        self.add(field, FieldValue::Text(value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, FieldValue::Text(printed(value)));
    }
}

/// What is printed of a value, in no more memory than it takes.
fn printed(value: &dyn fmt::Debug) -> String {
    thread_local! {
        static PAPER: Cell<String> = const { Cell::new(String::new()) };
    }
    // Taken away while the user's code runs: if that comes by here, it finds an empty one.
    let mut paper = PAPER.try_with(Cell::take).unwrap_or_default();
    paper.clear();
    // A string takes everything; whoever prints may fail, and what it has printed by then is all there is.
    let _ = write!(paper, "{value:?}");
    let text = paper.as_str().to_owned();
    if paper.capacity() <= PAPER_MOST {
        let _ = PAPER.try_with(|place| place.set(paper));
    }
    text
}

/// How long a text may be whose memory is kept for the next one.
const PAPER_MOST: usize = 4096;

/// Something to be known of a span besides its times.
#[derive(Debug)]
pub(crate) enum Addition {
    Fields(Fields),
    Event(super::record::Event),
    /// A span that it follows from, by trace and id.
    Link(u128, u64),
}

impl Extra {
    /// Adds it, if there is room.
    pub(crate) fn add(&mut self, addition: Addition, limits: &Limits) {
        match addition {
            Addition::Fields(fields) => {
                self.fields.reserve(fields.values.len().min(limits.attributes));
                fields.values.into_iter().for_each(|value| self.field(value, limits));
            }
            Addition::Event(event) if self.events.len() < limits.events => self.events.push(event),
            Addition::Event(_) => self.lost.events += 1,
            Addition::Link(trace, span) if self.links.len() < limits.links => self.links.push((trace, span)),
            Addition::Link(..) => self.lost.links += 1,
        }
    }

    /// A field may be recorded again: the last value counts.
    fn field(&mut self, (name, value): (Cow<'static, str>, FieldValue), limits: &Limits) {
        if let Some((_, old)) = self.fields.iter_mut().find(|(known, _)| *known == name) {
            *old = value;
        } else if self.fields.len() < limits.attributes {
            self.fields.push((name, value));
        } else {
            self.lost.fields += 1;
        }
    }

    /// Adds what was recorded of the same span elsewhere.
    pub(super) fn absorb(&mut self, other: Extra, limits: &Limits) {
        let Extra { name, kind, fields, events, links, lost } = other;
        self.name = self.name.take().or(name);
        self.kind = self.kind.or(kind);
        fields.into_iter().for_each(|value| self.field(value, limits));
        events.into_iter().for_each(|event| self.add(Addition::Event(event), limits));
        links.into_iter().for_each(|(trace, span)| self.add(Addition::Link(trace, span), limits));
        let Lost { fields, events, links } = &mut self.lost;
        *fields += lost.fields;
        *events += lost.events;
        *links += lost.links;
    }
}
