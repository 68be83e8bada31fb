//! What a thread remembers of the requests that it counted: looking up a series is most of what counting costs.

use super::red::Group;
use crate::label::LabelIndex;
use std::cell::RefCell;

/// How many series a thread remembers. Each takes two hundred bytes.
const SERIES: usize = 64;

thread_local! {
    /// Nobody else's code runs while it is borrowed.
    static SEEN: RefCell<Vec<Option<Seen>>> = const { RefCell::new(Vec::new()) };
}

/// A series that some request was counted in.
#[derive(Clone, Debug)]
struct Seen {
    group: &'static Group,
    route: Box<str>,
    listed: Listed,
    label: LabelIndex,
}

/// What is known of a request besides its route: each is from a list, and always at the same place in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed {
    pub(super) method: &'static str,
    pub(super) status: &'static str,
    pub(super) error: &'static str,
    pub(super) scheme: &'static str,
    pub(super) version: &'static str,
}

impl Listed {
    /// Everything that is known of a request, in the order of the labels.
    pub(super) fn values<'a>(&self, route: &'a str) -> [&'a str; 6] {
        let Listed { method, status, error, scheme, version } = *self;
        [method, route, status, error, scheme, version]
    }

    /// Whether these are the same, which can be found untrue of what is: then it is looked up.
    fn are(&self, other: &Listed) -> bool {
        let pairs = [
            (self.method, other.method),
            (self.status, other.status),
            (self.error, other.error),
            (self.scheme, other.scheme),
            (self.version, other.version),
        ];
        pairs.iter().all(|(ours, theirs)| std::ptr::eq(*ours, *theirs))
    }
}

/// The series of a request, which is found by `look_up` where this thread does not remember it. That also says
/// whether it is to be remembered.
#[inline]
pub(super) fn label(
    group: &'static Group,
    route: &str,
    listed: Listed,
    look_up: impl FnOnce() -> (LabelIndex, bool),
) -> LabelIndex {
    let place = place(group, route, &listed);
    let known = |seen: &RefCell<Vec<Option<Seen>>>| match seen.borrow().get(place) {
        Some(Some(seen)) => {
            let same = std::ptr::eq(seen.group, group) && seen.listed.are(&listed) && *seen.route == *route;
            same.then_some(seen.label)
        }
        _ => None,
    };
    if let Ok(Some(label)) = SEEN.try_with(known) {
        return label;
    }
    let (label, lasting) = look_up();
    if lasting {
        remember(place, Seen { group, route: route.into(), listed, label });
    }
    label
}

/// Remembers it instead of what was there.
#[cold]
fn remember(place: usize, new: Seen) {
    let _ = SEEN.try_with(|seen| {
        let mut seen = seen.borrow_mut();
        if seen.is_empty() {
            seen.resize(SERIES, None);
        }
        if let Some(place) = seen.get_mut(place) {
            *place = Some(new);
        }
    });
}

/// Where it is remembered, if it is.
fn place(group: &'static Group, route: &str, listed: &Listed) -> usize {
    const K: usize = 0x9e37_79b9_7f4a_7c15_u64 as usize;
    let fold = |hash: usize, word: usize| (hash ^ word).wrapping_mul(K).rotate_left(29);
    let (words, rest) = route.as_bytes().as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word) as usize);
    let hash = rest.iter().fold(words.fold(route.len(), fold), |hash, byte| fold(hash, usize::from(*byte)));
    let listed = listed.status.as_ptr().addr() ^ listed.method.as_ptr().addr().rotate_left(9);
    fold(fold(hash, listed), std::ptr::from_ref(group).addr()) >> 7 & (SERIES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_told_apart_by_everything_and_remembered_while_there_is_room() {
        const SIZE: u32 = 2001;
        let requests = obs_model::request::Requests::new(
            obs_model::request::Side::Server,
            obs_model::request::Protocol::Http,
        );
        let group = |prefix: &str| {
            let named = obs_model::request::Requests { prefix: prefix.to_owned(), ..requests.clone() };
            &super::super::metrics::Set::of(&named).http
        };
        let usual = Listed { method: "GET", status: "200", error: "", scheme: "http", version: "1.1" };
        let all = [
            (group("seen_"), "/a", usual),
            (group("other_"), "/a", usual),
            (group("seen_"), "/b", usual),
            (group("seen_"), "", usual),
            (group("seen_"), "/a/of/more/than/eight/bytes", usual),
            (group("seen_"), "/a", Listed { method: "PUT", ..usual }),
            (group("seen_"), "/a", Listed { status: "500", ..usual }),
            (group("seen_"), "/a", Listed { error: "500", ..usual }),
            (group("seen_"), "/a", Listed { scheme: "https", ..usual }),
            (group("seen_"), "/a", Listed { version: "2", ..usual }),
        ];
        let of = |index| LabelIndex { index, size: SIZE, values: &[] };
        let mut asked = 0;
        let mut find = |index, (group, route, listed)| {
            label(group, route, listed, || {
                asked += 1;
                (of(index), true)
            })
            .index
        };
        for (index, request) in (0..).zip(all) {
            // Right after the one that it is to be told from.
            assert_eq!(find(0, all[0]), 0);
            assert_eq!(find(index, request), index);
            assert_eq!(find(u32::MAX, request), index, "it is remembered");
        }
        assert!((all.len()..=all.len() * 2).contains(&asked), "{asked}");
        // What is one too many is asked for each time.
        let mut asked = 0;
        for _ in 0..3 {
            label(group("seen_"), "/surplus", usual, || {
                asked += 1;
                (of(SIZE - 1), false)
            });
        }
        assert_eq!(asked, 3);
    }
}
