//! `tracestate`, handed on without being understood.

use std::sync::Arc;

/// As many members as the recommendation allows.
const MAX_MEMBERS: usize = 32;
/// As many bytes as the recommendation asks everybody to hand on.
const MAX_BYTES: usize = 512;
/// Longer members are the first to go.
const LONG_MEMBER: usize = 128;

/// The members of all headers of that name; `None` if there are none, or what is there is malformed.
pub(super) fn read(headers: &[&str]) -> Option<Arc<str>> {
    let members = headers.iter().flat_map(|header| header.split(','));
    let members = members.map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty());
    let mut members: Vec<&str> = members.take(MAX_MEMBERS + 1).collect();
    let sound =
        |member: &&str| member.split_once('=').is_some_and(|(key, value)| is_key(key) && is_value(value));
    if members.is_empty() || members.len() > MAX_MEMBERS || !members.iter().all(sound) {
        return None;
    }
    if length(&members) > MAX_BYTES {
        members.retain(|member| member.len() <= LONG_MEMBER);
    }
    while length(&members) > MAX_BYTES {
        members.pop();
    }
    (!members.is_empty()).then(|| members.join(",").into())
}

/// A lower-case letter or a digit, and then at most 255 more of those, `_`, `-`, `*`, `/` and `@`.
fn is_key(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let (Some(first), 1..=256) = (key.bytes().next(), key.len()) else { return false };
    plain(first) && key.bytes().all(|byte| plain(byte) || b"_-*/@".contains(&byte))
}

/// 1 to 256 printable characters but `=`. There is no comma in it, and no space around it.
fn is_value(value: &str) -> bool {
    (1..=256).contains(&value.len()) && value.bytes().all(|byte| matches!(byte, 0x20..=0x7e) && byte != b'=')
}

fn length(members: &[&str]) -> usize {
    members.iter().map(|member| member.len() + 1).sum::<usize>().saturating_sub(1)
}
