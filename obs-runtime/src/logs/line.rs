//! One event.

use super::event::Event;
use crate::TraceContext;
use crate::time::rfc3339;
use crate::trace::record::{FieldValue, Named};
use std::fmt::Write;

/// What lines look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Text,
}

impl Form {
    /// The line, with its end.
    pub(super) fn write(self, event: &Event) -> String {
        match self {
            Form::Json => json(event),
            Form::Text => text(event),
        }
    }
}

fn json(event: &Event) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("{\"timestamp\":");
    quote(&mut out, &rfc3339(event.at));
    let mut text = |name: &str, value: &str| {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        quote(&mut out, value);
    };
    text("level", event.meta.level().as_str());
    text("message", &event.text());
    text("target", event.meta.target());
    if let Some(file) = event.meta.file() {
        text("file", file);
    }
    if let Some(number) = event.meta.line() {
        // A string takes everything, here and below.
        let _ = write!(out, ",\"line\":{number}");
    }
    if let Some(thread) = &event.thread {
        out.push_str(",\"thread\":");
        quote(&mut out, thread);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = event.trace {
        let _ = write!(out, ",\"trace_id\":\"{trace_id:032x}\",\"span_id\":\"{span_id:016x}\"");
    }
    if let Some(id) = &event.correlation {
        out.push_str(",\"correlation_id\":");
        quote(&mut out, id.as_str());
    }
    object(&mut out, "fields", &event.fields);
    object(&mut out, "span", &event.span);
    out.push_str("}\n");
    out
}

/// Adds a member that is an object, unless it is empty.
fn object(out: &mut String, name: &str, fields: &[Named]) {
    for (place, (field, value)) in fields.iter().enumerate() {
        match place {
            0 => drop(write!(out, ",\"{name}\":{{")),
            _ => out.push(','),
        }
        quote(out, field);
        out.push(':');
        match value {
            FieldValue::Bool(value) => drop(write!(out, "{value}")),
            FieldValue::Integer(value) => drop(write!(out, "{value}")),
            // JSON has no words for the others.
            FieldValue::Float(value) if value.is_finite() => drop(write!(out, "{value:?}")),
            FieldValue::Float(value) => drop(write!(out, "\"{value}\"")),
            FieldValue::Text(value) => quote(out, value),
        }
    }
    if !fields.is_empty() {
        out.push('}');
    }
}

/// Adds text as JSON has it.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Those that JSON forbids, and DEL and C1, which terminals obey.
            char if char.is_control() => drop(write!(out, "\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
}

fn text(event: &Event) -> String {
    let mut out = rfc3339(event.at);
    let _ = write!(out, " {:>5} ", event.meta.level());
    if let Some(thread) = &event.thread {
        out.push('[');
        plain(&mut out, thread);
        out.push_str("] ");
    }
    plain(&mut out, event.meta.target());
    out.push_str(": ");
    plain(&mut out, &event.text());
    let mut pair = |name: &str, value: &dyn std::fmt::Display| {
        out.push(' ');
        plain(&mut out, name);
        let _ = write!(out, "={value}");
    };
    for (name, value) in event.fields.iter().chain(&event.span) {
        pair(name, value);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = event.trace {
        pair("trace_id", &format_args!("{trace_id:032x}"));
        pair("span_id", &format_args!("{span_id:016x}"));
    }
    if let Some(id) = &event.correlation {
        pair("correlation_id", id);
    }
    if let (Some(file), Some(number)) = (event.meta.file(), event.meta.line()) {
        out.push_str(" (");
        plain(&mut out, file);
        let _ = write!(out, ":{number})");
    }
    out.push('\n');
    out
}

/// Adds text without what would end the line or move a terminal's cursor.
fn plain(out: &mut String, text: &str) {
    for char in text.chars() {
        match char.is_control() {
            true => out.extend(char.escape_default()),
            false => out.push(char),
        }
    }
}
