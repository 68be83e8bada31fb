//! Text as JSON has it.

use std::fmt::{self, Write as _};
use std::io::Write as _;

/// Adds text as JSON has it.
pub(super) fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    inside(out, text);
    out.push(b'"');
}

/// Adds what is printed, as JSON has it.
pub(super) fn quote_printed(out: &mut Vec<u8>, printed: fmt::Arguments<'_>) {
    out.push(b'"');
    // A vector takes everything; whoever prints may fail, and what it has printed by then is all there is.
    let _ = Inside(out).write_fmt(printed);
    out.push(b'"');
}

/// Text between quotes, piece by piece.
struct Inside<'a>(&'a mut Vec<u8>);

impl fmt::Write for Inside<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        inside(self.0, text);
        Ok(())
    }
}

/// Adds what stands between quotes.
#[inline]
fn inside(out: &mut Vec<u8>, text: &str) {
    let (plain, rest) = text.split_at(as_it_is(text.as_bytes()));
    out.extend_from_slice(plain.as_bytes());
    if !rest.is_empty() {
        escape(out, rest);
    }
}

/// The same of text that begins with something that could be special.
#[cold]
fn escape(out: &mut Vec<u8>, text: &str) {
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
}

/// How many bytes at the beginning of some text are copied as they are: nearly always all. It ends between two
/// characters.
#[inline]
pub(super) fn as_it_is(text: &[u8]) -> usize {
    // Eight bytes at once; the last eight overlap those before.
    let plain = match (text.last_chunk::<8>(), text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(last), ..) => text.as_chunks::<8>().0.iter().chain([last]).all(|word| !any_special(*word)),
        // Names of fields are about that long.
        (None, Some([a, b, c, d]), Some([e, f, g, h])) => !any_special([*a, *b, *c, *d, *e, *f, *g, *h]),
        _ => false,
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
                    let mut printed = Vec::new();
                    quote_printed(
                        &mut printed,
                        format_args!("{}{char}{}", "a".repeat(at), "é".repeat(length - at)),
                    );
                    assert_eq!(printed, out, "{text:?}");
                    let inside: String = text.chars().map(expected).collect();
                    assert_eq!(String::from_utf8(out).unwrap(), format!("\"{inside}\""), "{text:?}");
                }
            }
        }
    }
}
