//! Where spans come from: what is the same of all spans of a place.

use super::proto::span;
use super::value::{Value, attribute};
use super::wire::Wire;
use crate::instrument::hash::Map;
use crate::trace::record::Origin;

/// The attributes of each place that made a span so far, written once. There are as many as there are call sites.
#[derive(Debug, Default)]
pub(super) struct Places {
    written: Map<usize, Box<[u8]>>,
}

impl Places {
    /// The attributes of a place, as fields of a span.
    pub(super) fn attributes(&mut self, origin: Origin) -> &[u8] {
        let place = match origin {
            Origin::Function(live) => std::ptr::from_ref(live).addr(),
            Origin::Foreign(meta) => std::ptr::from_ref(meta).addr(),
        };
        self.written.entry(place).or_insert_with(|| {
            let mut wire = Wire::default();
            for (name, value) in known(origin) {
                attribute(&mut wire, span::ATTRIBUTES, name, value);
            }
            wire.into_bytes().into()
        })
    }
}

/// What is known of a place. All names begin with [`CODE`].
pub(super) fn known(origin: Origin) -> impl Iterator<Item = (&'static str, Value<'static>)> {
    let (function, file, line) = match origin {
        Origin::Function(live) => {
            let desc = &live.desc;
            (Some(Value::Path(desc.module, desc.name)), Some(desc.file), Some(desc.line))
        }
        Origin::Foreign(meta) => (None, meta.file(), meta.line()),
    };
    let known = [
        ("code.function.name", function),
        ("code.file.path", file.map(Value::Text)),
        ("code.line.number", line.map(|line| Value::Integer(line.into()))),
    ];
    known.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

/// How the names begin of what is known of a place.
pub(super) const CODE: &str = "code.";

/// The crate that a place is in.
pub(super) fn crate_of(origin: Origin) -> &'static str {
    let module = match origin {
        Origin::Function(live) => live.desc.module,
        Origin::Foreign(meta) => match meta.module_path() {
            Some(module) => module,
            // What anybody may write, single colons too.
            None => return meta.target().split("::").next().unwrap_or_default(),
        },
    };
    // Modules have no single colons. Most are short: looking at each byte is quicker than a search.
    let end = module.bytes().position(|byte| byte == b':');
    end.map_or(module, |end| &module[..end])
}
