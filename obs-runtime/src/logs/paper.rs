//! What lines are written on: memory of a thread that the next line takes again.

use super::line::{Form, Known, Parts, Value};
use crate::secret::{HIDDEN, Redacted};
use crate::time::Stamp;
use std::cell::Cell;
use std::fmt;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata};

/// How long a line or a part of it may be for which no memory is asked.
const MEMORY: usize = 4096;

/// Of how many places in the code a thread remembers what all their lines have. Each takes a hundred bytes or two.
const PLACES: usize = 64;

thread_local! {
    static PAPER: Cell<Option<Box<Paper>>> = const { Cell::new(None) };
}

/// Parts of a line, and the line.
#[derive(Debug, Default)]
pub(super) struct Paper {
    message: Vec<u8>,
    fields: Vec<u8>,
    span: Vec<u8>,
    line: Vec<u8>,
    stamp: Stamp,
    places: Vec<Place>,
}

/// What all lines have that come from one place in the code.
#[derive(Debug)]
struct Place {
    form: Form,
    /// Where the callsite is. It is there for good, so nothing else is ever there.
    at: usize,
    written: Box<[u8]>,
    /// The names of its fields, one after the other, and where each ends.
    names: Box<[u8]>,
    ends: Box<[usize]>,
}

impl Paper {
    /// That of this thread, blank. It is taken away while values are printed, which may do anything: whoever logs
    /// meanwhile finds none, and makes another.
    pub(super) fn take() -> Box<Paper> {
        let mut paper = PAPER.try_with(Cell::take).ok().flatten().unwrap_or_default();
        let Paper { message, fields, span, line, .. } = &mut *paper;
        [message, fields, span, line].into_iter().for_each(Vec::clear);
        paper
    }

    /// Leaves it for the next line. One line of a megabyte does not keep one for good.
    pub(super) fn leave(mut self: Box<Paper>) {
        let Paper { message, fields, span, line, .. } = &mut *self;
        for part in [message, fields, span, line] {
            if part.capacity() > MEMORY {
                part.clear();
                part.shrink_to(MEMORY);
            }
        }
        // Not kept where the thread is ending.
        let _ = PAPER.try_with(|place| place.set(Some(self)));
    }

    /// Adds the message.
    pub(super) fn message(&mut self, form: Form, value: Value<'_>) {
        form.message(&mut self.message, value);
    }

    /// Adds the fields that an event tells of itself. What nobody is to see is not even printed.
    pub(super) fn read(&mut self, form: Form, redacted: &Redacted, event: &Event<'_>) {
        let Paper { message, fields, places, .. } = self;
        let place = place(places, form, event.metadata());
        event.record(&mut Fields { message, fields, place, form, redacted, told: false });
    }

    /// Adds a field of the event's own.
    pub(super) fn field(&mut self, form: Form, name: &str, value: Value<'_>) {
        form.field(&mut self.fields, name, value);
    }

    /// Adds a field of what is around the event.
    pub(super) fn of_span(&mut self, form: Form, name: &str, value: Value<'_>) {
        form.field(&mut self.span, name, value);
    }

    /// The line that is made of what was added.
    pub(super) fn line(&mut self, form: Form, known: Known<'_>) -> &[u8] {
        let Paper { message, fields, span, line, stamp, places } = self;
        let place = &place(places, form, known.meta).written;
        form.line(line, stamp.of(known.at), &known, Parts { message, fields, span, place });
        line
    }
}

/// What all lines of this place have. Two of them may have to share a place in the memory.
fn place<'a>(places: &'a mut Vec<Place>, form: Form, meta: &'static Metadata<'static>) -> &'a Place {
    let at = std::ptr::from_ref(meta).addr();
    if places.is_empty() {
        places.resize_with(PLACES, || Place::of_nothing(form));
    }
    // Callsites are apart by more than their alignment.
    let place = &mut places[(at / align_of::<Metadata<'_>>()).wrapping_mul(0x9e37_79b9) >> 16 & (PLACES - 1)];
    if place.at != at || place.form != form {
        *place = Place::new(form, at, meta);
    }
    place
}

impl Place {
    fn of_nothing(form: Form) -> Place {
        Place { form, at: 0, written: Box::default(), names: Box::default(), ends: Box::default() }
    }

    #[cold]
    fn new(form: Form, at: usize, meta: &Metadata<'_>) -> Place {
        let (mut written, mut names, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        form.place(&mut written, meta);
        for field in meta.fields() {
            form.name(&mut names, field.name());
            ends.push(names.len());
        }
        Place { form, at, written: written.into(), names: names.into(), ends: ends.into() }
    }

    /// The name of the field at that position.
    fn name(&self, position: usize) -> Option<&[u8]> {
        let begin = position.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        self.names.get(begin?..*self.ends.get(position)?)
    }
}

/// Writes the fields of an event where they are read.
struct Fields<'a> {
    message: &'a mut Vec<u8>,
    fields: &'a mut Vec<u8>,
    place: &'a Place,
    form: Form,
    redacted: &'a Redacted,
    /// Whether the message was there. Another field of that name is one.
    told: bool,
}

impl Fields<'_> {
    fn add(&mut self, field: &Field, value: Value<'_>) {
        let name = field.name();
        if name == "message" && !self.told {
            self.told = true;
            return self.form.message(self.message, value);
        }
        let value = if self.redacted.has(name) { Value::Text(HIDDEN) } else { value };
        match self.place.name(field.index()) {
            Some(name) => self.form.named(self.fields, name, value),
            None => self.form.field(self.fields, name, value),
        }
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, Value::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, Value::Integer(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.add(field, Value::Integer(value)),
            // As everywhere: larger ones than OpenTelemetry has are text.
            Err(_) => self.add(field, Value::Text(itoa::Buffer::new().format(value))),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, Value::Text(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, Value::Printed(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_megabytes_leaves_no_memory_with_its_thread_and_no_text() {
        let long = "x".repeat(5 << 20);
        let mut paper = Paper::take();
        paper.message(Form::Json, Value::Text(&long));
        paper.field(Form::Json, "long", Value::Text(&long));
        paper.of_span(Form::Json, "long", Value::Text(&long));
        paper.line.extend_from_slice(long.as_bytes());
        paper.leave();
        let Paper { message, fields, span, line, .. } = &*Paper::take();
        for part in [message, fields, span, line] {
            assert!(part.is_empty() && part.capacity() <= 2 * MEMORY, "{}", part.capacity());
        }
    }
}
