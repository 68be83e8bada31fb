//! One member of a `baggage` header: `key=value;property;property=value`, of the W3C recommendation Baggage.

use super::Entry;

/// Reads a member; `None` if it is malformed.
pub(super) fn parse(member: &str) -> Option<Entry> {
    let (pair, properties) = member.split_once(';').unwrap_or((member, ""));
    let (key, value) = pair.split_once('=')?;
    let (key, value, properties) = (trim(key), trim(value), trim(properties));
    let sound = is_token(key)
        && value.bytes().all(is_value_byte)
        && properties.bytes().all(|byte| is_value_byte(byte) || matches!(byte, b';' | b' ' | b'\t'));
    sound.then(|| Entry { key: key.into(), value: decode(value).into(), properties: properties.into() })
}

/// Appends the entry, after a comma if it is not the first.
pub(super) fn write(entry: &Entry, header: &mut String) {
    if !header.is_empty() {
        header.push(',');
    }
    header.push_str(&entry.key);
    header.push('=');
    for byte in entry.value.bytes() {
        if stays(byte) {
            header.push(char::from(byte));
        } else {
            let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble & 15)]);
            header.extend(['%', digit(byte >> 4), digit(byte)]);
        }
    }
    if !entry.properties.is_empty() {
        header.push(';');
        header.push_str(&entry.properties);
    }
}

/// How many bytes [`write`] writes, without the comma.
pub(super) fn length(entry: &Entry) -> usize {
    let value: usize = entry.value.bytes().map(|byte| if stays(byte) { 1 } else { 3 }).sum();
    let properties = if entry.properties.is_empty() { 0 } else { entry.properties.len() + 1 };
    entry.key.len() + 1 + value + properties
}

/// A token of HTTP.
pub(super) fn is_token(text: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// What a value may contain as it is written: visible ASCII without `"`, `,`, `;` and `\`.
fn is_value_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

/// What is written as it is. The percent sign would be read as the beginning of something else.
fn stays(byte: u8) -> bool {
    is_value_byte(byte) && byte != b'%'
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// Percent signs that two digits do not follow are themselves.
fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        rest = match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                &after[2..]
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
