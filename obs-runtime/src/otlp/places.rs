//! Where spans and events come from: what is the same of all of one place.

use super::value::{Value, attribute, attributes};
use super::wire::Wire;
use crate::instrument::hash::Map;
use crate::secret::Redacted;
use crate::trace::record::{Named, Origin};

/// How the names begin of what is known of a place.
const CODE: &str = "code.";

/// The attributes of each place that something came from so far, written once. There are as many as there are places
/// in the program's source.
#[derive(Debug)]
pub(super) struct Places {
    field: u32,
    written: Map<usize, Box<[u8]>>,
}

impl Places {
    /// No places yet, whose attributes are a field of that number.
    pub(super) fn new(field: u32) -> Places {
        Places { field, written: Map::default() }
    }

    /// Writes what is known of a place, and `more`, and fields: see [`attributes`].
    pub(super) fn write<'a>(
        &mut self,
        wire: &mut Wire,
        place: Origin,
        more: impl IntoIterator<Item = (&'static str, Value<'a>)>,
        fields: &[Named],
        hidden: &Redacted,
        sent: impl Fn(&Named) -> bool,
    ) {
        if fields.iter().any(|(name, _)| name.starts_with(CODE)) {
            return attributes(wire, self.field, known(place).chain(more), fields, hidden, sent);
        }
        wire.raw(self.attributes(place));
        attributes(wire, self.field, more, fields, hidden, sent);
    }

    fn attributes(&mut self, place: Origin) -> &[u8] {
        let address = match place {
            Origin::Function(live) => std::ptr::from_ref(live).addr(),
            Origin::Foreign(meta) => std::ptr::from_ref(meta).addr(),
        };
        self.written.entry(address).or_insert_with(|| {
            let mut wire = Wire::default();
            for (name, value) in known(place) {
                attribute(&mut wire, self.field, name, value);
            }
            wire.into_bytes().into()
        })
    }
}

/// What is known of a place. All names begin with [`CODE`].
fn known<'a>(origin: Origin) -> impl Iterator<Item = (&'static str, Value<'a>)> {
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
