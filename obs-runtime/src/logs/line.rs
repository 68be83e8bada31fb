//! One event.

use super::event::Event;
use crate::TraceContext;
use crate::digits::Hex;
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
    /// Adds the line, with its end.
    pub(super) fn write(self, out: &mut String, event: &Event) {
        match self {
            Form::Json => json(out, event),
            Form::Text => text(out, event),
        }
    }
}

fn json(out: &mut String, event: &Event) {
    out.push_str("{\"timestamp\":\"");
    out.push_str(rfc3339(event.at).as_str());
    out.push_str("\",\"level\":\"");
    out.push_str(event.meta.level().as_str());
    out.push_str("\",\"message\":");
    quote(out, &event.text());
    out.push_str(",\"target\":");
    quote(out, event.meta.target());
    if let Some(file) = event.meta.file() {
        out.push_str(",\"file\":");
        quote(out, file);
    }
    if let Some(number) = event.meta.line() {
        out.push_str(",\"line\":");
        integer(out, number);
    }
    if let Some(thread) = &event.thread {
        out.push_str(",\"thread\":");
        quote(out, thread);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = event.trace {
        out.push_str(",\"trace_id\":\"");
        out.push_str(Hex::of_trace(trace_id).as_str());
        out.push_str("\",\"span_id\":\"");
        out.push_str(Hex::of_span(span_id).as_str());
        out.push('"');
    }
    if let Some(id) = &event.correlation {
        out.push_str(",\"correlation_id\":");
        quote(out, id.as_str());
    }
    object(out, ",\"fields\":{", &event.fields);
    object(out, ",\"span\":{", &event.span);
    out.push_str("}\n");
}

/// Adds a member that is an object, after what begins it, unless it is empty.
fn object(out: &mut String, begin: &str, fields: &[Named]) {
    for (place, (field, value)) in fields.iter().enumerate() {
        out.push_str(if place == 0 { begin } else { "," });
        quote(out, field);
        out.push(':');
        match value {
            FieldValue::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            FieldValue::Integer(value) => integer(out, *value),
            // A string takes everything, here and below. JSON has no words for the others.
            FieldValue::Float(value) if value.is_finite() => drop(write!(out, "{value:?}")),
            FieldValue::Float(value) => drop(write!(out, "\"{value}\"")),
            FieldValue::Text(value) => quote(out, value),
        }
    }
    if !fields.is_empty() {
        out.push('}');
    }
}

fn integer(out: &mut String, value: impl itoa::Integer) {
    out.push_str(itoa::Buffer::new().format(value));
}

/// Adds text as JSON has it.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, from) = rest.split_at(as_it_is(rest.as_bytes()));
        out.push_str(plain);
        let mut chars = from.chars();
        match chars.next() {
            None => break,
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            // Those that JSON forbids, and DEL and C1, which terminals obey.
            Some(char) if char.is_control() => drop(write!(out, "\\u{:04x}", u32::from(char))),
            Some(char) => out.push(char),
        }
        rest = chars.as_str();
    }
    out.push('"');
}

/// How many bytes at the beginning of some text are copied as they are: nearly always all. It ends between two
/// characters.
fn as_it_is(text: &[u8]) -> usize {
    // Eight bytes at once; the last eight overlap those before.
    let plain = match text.last_chunk::<8>() {
        Some(last) => text.as_chunks::<8>().0.iter().chain([last]).all(|word| !any_special(*word)),
        None => false,
    };
    match plain {
        true => text.len(),
        false => text.iter().position(|byte| is_special(*byte)).unwrap_or(text.len()),
    }
}

/// Whether a byte could be one that lines have otherwise. The last is what C1 and some letters begin with.
#[inline]
fn is_special(byte: u8) -> bool {
    byte < b' ' || matches!(byte, b'"' | b'\\' | 0x7f | 0xc2)
}

/// Whether any of these [is special](is_special): a subtraction borrows a byte's highest bit if the byte is smaller.
#[inline]
fn any_special(bytes: [u8; 8]) -> bool {
    const ALL: u64 = u64::from_le_bytes([1; 8]);
    let word = u64::from_le_bytes(bytes);
    let below = |word: u64, bound: u8| word.wrapping_sub(ALL * u64::from(bound)) & !word;
    let is = |byte: u8| below(word ^ (ALL * u64::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\') | is(0x7f) | is(0xc2)) & (ALL << 7) != 0
}

fn text(out: &mut String, event: &Event) {
    out.push_str(rfc3339(event.at).as_str());
    let _ = write!(out, " {:>5} ", event.meta.level());
    if let Some(thread) = &event.thread {
        out.push('[');
        plain(out, thread);
        out.push_str("] ");
    }
    plain(out, event.meta.target());
    out.push_str(": ");
    plain(out, &event.text());
    let mut pair = |name: &str, value: &dyn std::fmt::Display| {
        out.push(' ');
        plain(out, name);
        let _ = write!(out, "={value}");
    };
    for (name, value) in event.fields.iter().chain(&event.span) {
        pair(name, value);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = event.trace {
        pair("trace_id", &Hex::of_trace(trace_id).as_str());
        pair("span_id", &Hex::of_span(span_id).as_str());
    }
    if let Some(id) = &event.correlation {
        pair("correlation_id", id);
    }
    if let (Some(file), Some(number)) = (event.meta.file(), event.meta.line()) {
        out.push_str(" (");
        plain(out, file);
        let _ = write!(out, ":{number})");
    }
    out.push('\n');
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_char_by_char_wherever_the_chars_are() {
        let expected = |char: char| match char {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            char if char.is_control() => format!("\\u{:04x}", u32::from(char)),
            char => char.to_string(),
        };
        let chars = ('\0'..='\u{17f}').chain(['\u{2028}', '漢', '🦀']);
        for char in chars {
            for length in 0..20 {
                for at in 0..=length {
                    let text = format!("{}{char}{}", "a".repeat(at), "é".repeat(length - at));
                    let mut out = String::new();
                    quote(&mut out, &text);
                    let inside: String = text.chars().map(expected).collect();
                    assert_eq!(out, format!("\"{inside}\""), "{text:?}");
                }
            }
        }
    }
}
