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
    let sound = |member: &&str| {
        let printable = member.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
        printable && member.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty())
    };
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

fn length(members: &[&str]) -> usize {
    members.iter().map(|member| member.len() + 1).sum::<usize>().saturating_sub(1)
}
