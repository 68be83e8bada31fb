//! One line.

use super::fields::Redacted;
use crate::time::rfc3339;
use crate::trace::record::{FieldValue, Named};
use crate::{CorrelationId, TraceContext};
use std::fmt::Write;
use std::time::SystemTime;
use tracing::Metadata;

/// What lines look like.
#[derive(Debug)]
pub(super) struct Format {
    form: Form,
    pub(super) redacted: Redacted,
    pub(super) threads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Text,
}

/// What there is to say.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) at: SystemTime,
    pub(super) meta: &'a Metadata<'a>,
    pub(super) trace: Option<TraceContext>,
    pub(super) correlation: Option<CorrelationId>,
    /// `message` among them.
    pub(super) fields: Vec<Named>,
    pub(super) span: Vec<Named>,
}

impl Format {
    pub(super) fn new(form: Form) -> Format {
        Format { form, redacted: Redacted::default(), threads: false }
    }

    /// The line, with its end.
    pub(super) fn write(&self, mut line: Line<'_>) -> String {
        let at = line.fields.iter().position(|(name, _)| name == "message");
        let message = at.map(|at| line.fields.remove(at).1);
        // Text as it is, and not in quotes.
        let message = match message {
            Some(FieldValue::Text(text)) => text,
            other => other.map(|value| value.to_string()).unwrap_or_default(),
        };
        self.redacted.hide(&mut line.fields);
        self.redacted.hide(&mut line.span);
        let thread = self.threads.then(thread);
        match self.form {
            Form::Json => json(&line, &message, thread.as_deref()),
            Form::Text => text(&line, &message, thread.as_deref()),
        }
    }
}

/// The thread's name, or its number.
fn thread() -> String {
    let thread = std::thread::current();
    thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned)
}

fn json(line: &Line<'_>, message: &str, thread: Option<&str>) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("{\"timestamp\":");
    quote(&mut out, &rfc3339(line.at));
    let mut text = |name: &str, value: &str| {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        quote(&mut out, value);
    };
    text("level", line.meta.level().as_str());
    text("message", message);
    text("target", line.meta.target());
    if let Some(file) = line.meta.file() {
        text("file", file);
    }
    if let Some(number) = line.meta.line() {
        // A string takes everything, here and below.
        let _ = write!(out, ",\"line\":{number}");
    }
    if let Some(thread) = thread {
        out.push_str(",\"thread\":");
        quote(&mut out, thread);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = line.trace {
        let _ = write!(out, ",\"trace_id\":\"{trace_id:032x}\",\"span_id\":\"{span_id:016x}\"");
    }
    if let Some(id) = &line.correlation {
        out.push_str(",\"correlation_id\":");
        quote(&mut out, id.as_str());
    }
    object(&mut out, "fields", &line.fields);
    object(&mut out, "span", &line.span);
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

fn text(line: &Line<'_>, message: &str, thread: Option<&str>) -> String {
    let mut out = rfc3339(line.at);
    let _ = write!(out, " {:>5} ", line.meta.level());
    if let Some(thread) = thread {
        out.push('[');
        plain(&mut out, thread);
        out.push_str("] ");
    }
    plain(&mut out, line.meta.target());
    out.push_str(": ");
    plain(&mut out, message);
    let mut pair = |name: &str, value: &dyn std::fmt::Display| {
        out.push(' ');
        plain(&mut out, name);
        let _ = write!(out, "={value}");
    };
    for (name, value) in line.fields.iter().chain(&line.span) {
        pair(name, value);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = line.trace {
        pair("trace_id", &format_args!("{trace_id:032x}"));
        pair("span_id", &format_args!("{span_id:016x}"));
    }
    if let Some(id) = &line.correlation {
        pair("correlation_id", id);
    }
    if let (Some(file), Some(number)) = (line.meta.file(), line.meta.line()) {
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
