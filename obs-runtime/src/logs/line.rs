//! One event.

use super::event::Event;
use crate::TraceContext;
use crate::digits::Hex;
use crate::time::rfc3339;
use crate::trace::record::{FieldValue, Named};
use std::io::Write;

/// What lines look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Text,
}

impl Form {
    /// Adds the line, with its end.
    pub(super) fn write(self, out: &mut Vec<u8>, event: &Event) {
        match self {
            Form::Json => json(out, event),
            Form::Text => text(out, event),
        }
    }
}

fn json(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(b"{\"timestamp\":\"");
    out.extend_from_slice(rfc3339(event.at).as_bytes());
    out.extend_from_slice(b"\",\"level\":\"");
    out.extend_from_slice(event.meta.level().as_str().as_bytes());
    out.extend_from_slice(b"\",\"message\":");
    quote(out, &event.text());
    out.extend_from_slice(b",\"target\":");
    quote(out, event.meta.target());
    if let Some(file) = event.meta.file() {
        out.extend_from_slice(b",\"file\":");
        quote(out, file);
    }
    if let Some(number) = event.meta.line() {
        out.extend_from_slice(b",\"line\":");
        integer(out, number);
    }
    if let Some(thread) = &event.thread {
        out.extend_from_slice(b",\"thread\":");
        quote(out, thread);
    }
    if let Some(TraceContext { trace_id, span_id, .. }) = event.trace {
        out.extend_from_slice(b",\"trace_id\":\"");
        out.extend_from_slice(Hex::of_trace(trace_id).as_bytes());
        out.extend_from_slice(b"\",\"span_id\":\"");
        out.extend_from_slice(Hex::of_span(span_id).as_bytes());
        out.push(b'"');
    }
    if let Some(id) = &event.correlation {
        out.extend_from_slice(b",\"correlation_id\":");
        match as_it_is(id.as_bytes()) == id.as_bytes().len() {
            true => [b"\"", id.as_bytes(), b"\""].iter().for_each(|part| out.extend_from_slice(part)),
            false => quote(out, id.as_str()),
        }
    }
    object(out, b",\"fields\":{", &event.fields);
    object(out, b",\"span\":{", &event.span);
    out.extend_from_slice(b"}\n");
}

/// Adds a member that is an object, after what begins it, unless it is empty.
fn object(out: &mut Vec<u8>, begin: &[u8], fields: &[Named]) {
    for (place, (field, value)) in fields.iter().enumerate() {
        out.extend_from_slice(if place == 0 { begin } else { b"," });
        quote(out, field);
        out.push(b':');
        match value {
            FieldValue::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            FieldValue::Integer(value) => integer(out, *value),
            // A vector takes everything, here and below. JSON has no words for the others.
            FieldValue::Float(value) if value.is_finite() => drop(write!(out, "{value:?}")),
            FieldValue::Float(value) => drop(write!(out, "\"{value}\"")),
            FieldValue::Text(value) => quote(out, value),
        }
    }
    if !fields.is_empty() {
        out.push(b'}');
    }
}

fn integer(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Adds text as JSON has it.
fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text;
    loop {
        let (plain, from) = rest.split_at(as_it_is(rest.as_bytes()));
        out.extend_from_slice(plain.as_bytes());
        let mut chars = from.chars();
        match chars.next() {
            None => break,
            Some('"') => out.extend_from_slice(b"\\\""),
            Some('\\') => out.extend_from_slice(b"\\\\"),
            Some('\n') => out.extend_from_slice(b"\\n"),
            Some('\r') => out.extend_from_slice(b"\\r"),
            Some('\t') => out.extend_from_slice(b"\\t"),
            // Those that JSON forbids, and DEL and C1, which terminals obey.
            Some(char) if char.is_control() => drop(write!(out, "\\u{:04x}", u32::from(char))),
            Some(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = chars.as_str();
    }
    out.push(b'"');
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

fn text(out: &mut Vec<u8>, event: &Event) {
    out.extend_from_slice(rfc3339(event.at).as_bytes());
    let _ = write!(out, " {:>5} ", event.meta.level());
    if let Some(thread) = &event.thread {
        out.push(b'[');
        plain(out, thread);
        out.extend_from_slice(b"] ");
    }
    plain(out, event.meta.target());
    out.extend_from_slice(b": ");
    plain(out, &event.text());
    let mut pair = |name: &str, value: &dyn std::fmt::Display| {
        out.push(b' ');
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
        out.extend_from_slice(b" (");
        plain(out, file);
        let _ = write!(out, ":{number})");
    }
    out.push(b'\n');
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
                    let mut out = Vec::new();
                    quote(&mut out, &text);
                    let inside: String = text.chars().map(expected).collect();
                    assert_eq!(String::from_utf8(out).unwrap(), format!("\"{inside}\""), "{text:?}");
                }
            }
        }
    }
}
