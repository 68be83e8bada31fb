//! What lines look like.
//!
//! A field is written where it is read, so that it is copied once: into the [paper](super::paper) of the thread, of
//! which the line is made as soon as everything is known.

use super::quote::{as_it_is, quote, quote_printed};
use crate::digits::Hex;
use crate::time::Rfc3339;
use crate::trace::record::FieldValue;
use crate::{CorrelationId, TraceContext};
use std::fmt;
use std::io::Write;
use std::time::SystemTime;
use tracing::Metadata;

/// What lines look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Text,
}

/// A value before it is copied.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
    /// What is text as soon as it is printed.
    Printed(&'a dyn fmt::Debug),
}

impl<'a> From<&'a FieldValue> for Value<'a> {
    fn from(value: &'a FieldValue) -> Value<'a> {
        match value {
            FieldValue::Bool(value) => Value::Bool(*value),
            FieldValue::Integer(value) => Value::Integer(*value),
            FieldValue::Float(value) => Value::Float(*value),
            FieldValue::Text(value) => Value::Text(value),
        }
    }
}

/// What is known of an event besides its fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) at: SystemTime,
    pub(super) meta: &'static Metadata<'static>,
    pub(super) trace: Option<TraceContext>,
    pub(super) correlation: Option<&'a CorrelationId>,
    /// The thread's name, or its number, where it is wanted.
    pub(super) thread: Option<&'a str>,
}

/// Parts of a line that are written already, by [`Form::message`], [`Form::field`] and [`Form::place`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    /// Empty where there is none.
    pub(super) message: &'a [u8],
    /// The event's own fields.
    pub(super) fields: &'a [u8],
    /// Those of the spans around it.
    pub(super) span: &'a [u8],
    pub(super) place: &'a [u8],
}

impl Form {
    /// Adds the message.
    pub(super) fn message(self, out: &mut Vec<u8>, value: Value<'_>) {
        match (self, value) {
            (Form::Json, Value::Text(text)) => quote(out, text),
            (Form::Json, Value::Printed(value)) => quote_printed(out, format_args!("{value:?}")),
            (Form::Json, Value::Bool(value)) => quote_printed(out, format_args!("{value}")),
            (Form::Json, Value::Integer(value)) => quote_printed(out, format_args!("{value}")),
            (Form::Json, Value::Float(value)) => quote_printed(out, format_args!("{value}")),
            (Form::Text, Value::Text(text)) => plain(out, text),
            (Form::Text, Value::Printed(value)) => plain(out, &printed(value)),
            // A vector takes everything, here and below.
            (Form::Text, Value::Bool(value)) => drop(write!(out, "{value}")),
            (Form::Text, Value::Integer(value)) => drop(write!(out, "{value}")),
            (Form::Text, Value::Float(value)) => drop(write!(out, "{value}")),
        }
    }

    /// Adds the name of a field, with what stands between it and the value.
    pub(super) fn name(self, out: &mut Vec<u8>, name: &str) {
        match self {
            Form::Json => {
                quote(out, name);
                out.push(b':');
            }
            Form::Text => {
                plain(out, name);
                out.push(b'=');
            }
        }
    }

    /// Adds a field after those that are there.
    pub(super) fn field(self, out: &mut Vec<u8>, name: &str, value: Value<'_>) {
        self.between(out);
        self.name(out, name);
        self.value(out, value);
    }

    /// The same of a field whose [name](Form::name) is written already.
    pub(super) fn named(self, out: &mut Vec<u8>, name: &[u8], value: Value<'_>) {
        self.between(out);
        out.extend_from_slice(name);
        self.value(out, value);
    }

    fn between(self, out: &mut Vec<u8>) {
        match self {
            Form::Json if out.is_empty() => {}
            Form::Json => out.push(b','),
            Form::Text => out.push(b' '),
        }
    }

    fn value(self, out: &mut Vec<u8>, value: Value<'_>) {
        match (self, value) {
            (Form::Json, Value::Bool(value)) => {
                out.extend_from_slice(if value { b"true" } else { b"false" });
            }
            (Form::Json, Value::Integer(value)) => integer(out, value),
            (Form::Json, Value::Float(value)) if value.is_finite() => drop(write!(out, "{value:?}")),
            // JSON has no words for them.
            (Form::Json, Value::Float(value)) => drop(write!(out, "\"{value}\"")),
            (Form::Json, Value::Text(value)) => quote(out, value),
            (Form::Json, Value::Printed(value)) => quote_printed(out, format_args!("{value:?}")),
            (Form::Text, Value::Bool(value)) => drop(write!(out, "{value}")),
            (Form::Text, Value::Integer(value)) => drop(write!(out, "{value}")),
            (Form::Text, Value::Float(value)) => drop(write!(out, "{value}")),
            (Form::Text, Value::Text(value)) => drop(write!(out, "{value:?}")),
            (Form::Text, Value::Printed(value)) => drop(write!(out, "{:?}", printed(value))),
        }
    }

    /// Adds what is the same in all lines of one place in the code, but for the level.
    pub(super) fn place(self, out: &mut Vec<u8>, meta: &Metadata<'_>) {
        match self {
            Form::Json => {
                out.extend_from_slice(b",\"target\":");
                quote(out, meta.target());
                if let Some(file) = meta.file() {
                    out.extend_from_slice(b",\"file\":");
                    quote(out, file);
                }
                if let Some(number) = meta.line() {
                    out.extend_from_slice(b",\"line\":");
                    integer(out, number);
                }
            }
            Form::Text => {
                if let (Some(file), Some(number)) = (meta.file(), meta.line()) {
                    out.extend_from_slice(b" (");
                    plain(out, file);
                    let _ = write!(out, ":{number})");
                }
            }
        }
    }

    /// Adds the line, with its end.
    pub(super) fn line(self, out: &mut Vec<u8>, at: Rfc3339, known: &Known<'_>, parts: Parts<'_>) {
        match self {
            Form::Json => json(out, at, known, parts),
            Form::Text => text(out, at, known, parts),
        }
    }
}

fn json(out: &mut Vec<u8>, at: Rfc3339, known: &Known<'_>, parts: Parts<'_>) {
    out.extend_from_slice(b"{\"timestamp\":\"");
    out.extend_from_slice(at.as_bytes());
    out.extend_from_slice(b"\",\"level\":\"");
    out.extend_from_slice(known.meta.level().as_str().as_bytes());
    out.extend_from_slice(b"\",\"message\":");
    out.extend_from_slice(if parts.message.is_empty() { b"\"\"" } else { parts.message });
    out.extend_from_slice(parts.place);
    if let Some(thread) = known.thread {
        out.extend_from_slice(b",\"thread\":");
        quote(out, thread);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = known.trace {
        let mut ids = *b",\"trace_id\":\"00000000000000000000000000000000\",\"span_id\":\"0000000000000000\"";
        ids[13..45].copy_from_slice(Hex::of_trace(trace_id).as_bytes());
        ids[58..74].copy_from_slice(Hex::of_span(span_id).as_bytes());
        out.extend_from_slice(&ids);
    }
    if let Some(id) = known.correlation {
        out.extend_from_slice(b",\"correlation_id\":");
        match id.is_made() || as_it_is(id.as_bytes()) == id.as_bytes().len() {
            true => [b"\"", id.as_bytes(), b"\""].iter().for_each(|part| out.extend_from_slice(part)),
            false => quote(out, id.as_str()),
        }
    }
    object(out, b",\"fields\":{", parts.fields);
    object(out, b",\"span\":{", parts.span);
    out.extend_from_slice(b"}\n");
}

/// Adds a member that is an object, after what begins it, unless it is empty.
fn object(out: &mut Vec<u8>, begin: &[u8], fields: &[u8]) {
    if !fields.is_empty() {
        [begin, fields, b"}"].iter().for_each(|part| out.extend_from_slice(part));
    }
}

fn integer(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn text(out: &mut Vec<u8>, at: Rfc3339, known: &Known<'_>, parts: Parts<'_>) {
    out.extend_from_slice(at.as_bytes());
    let _ = write!(out, " {:>5} ", known.meta.level());
    if let Some(thread) = known.thread {
        out.push(b'[');
        plain(out, thread);
        out.extend_from_slice(b"] ");
    }
    plain(out, known.meta.target());
    out.extend_from_slice(b": ");
    [parts.message, parts.fields, parts.span].iter().for_each(|part| out.extend_from_slice(part));
    if let Some(TraceContext { trace_id, span_id, .. }) = known.trace {
        let (trace, span) = (Hex::of_trace(trace_id), Hex::of_span(span_id));
        let _ = write!(out, " trace_id={} span_id={}", trace.as_str(), span.as_str());
    }
    if let Some(id) = known.correlation {
        let _ = write!(out, " correlation_id={id}");
    }
    out.extend_from_slice(parts.place);
    out.push(b'\n');
}

/// What is printed of a value; of one that fails, what it has printed by then.
fn printed(value: &dyn fmt::Debug) -> String {
    let mut text = String::new();
    let _ = fmt::Write::write_fmt(&mut text, format_args!("{value:?}"));
    text
}

/// Adds text without what would end the line or move a terminal's cursor.
fn plain(out: &mut Vec<u8>, text: &str) {
    for char in text.chars() {
        match char.is_control() {
            true => drop(write!(out, "{}", char.escape_default())),
            false => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}
