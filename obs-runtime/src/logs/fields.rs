//! Fields of an event and of what is around it.

use crate::secret::HIDDEN;
use crate::trace::fields::Fields;
use crate::trace::record::{FieldValue, Named};

/// The fields of a span of the subscriber, kept in it.
#[derive(Debug, Default)]
pub(super) struct OfSpan(pub(super) Vec<Named>);

impl OfSpan {
    pub(super) fn add(&mut self, fields: Fields) {
        fields.into_values().into_iter().for_each(|field| put(&mut self.0, field));
    }
}

/// Puts a field in the place of one of its name, or at the end.
pub(super) fn put(fields: &mut Vec<Named>, (name, value): Named) {
    match fields.iter_mut().find(|(known, _)| *known == name) {
        Some((_, old)) => *old = value,
        None => fields.push((name, value)),
    }
}

/// The names whose values are not printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Redacted(Vec<String>);

impl Redacted {
    pub(super) fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.0.extend(names.into_iter().map(str::to_owned));
    }

    /// Hides values, of fields that are called so or whose name ends so after a dot.
    pub(super) fn hide(&self, fields: &mut [Named]) {
        for (_, value) in fields.iter_mut().filter(|(name, _)| self.has(name)) {
            *value = FieldValue::Text(HIDDEN.to_owned());
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|hidden| match name.strip_suffix(hidden.as_str()) {
            Some(before) => before.is_empty() || before.ends_with('.'),
            None => false,
        })
    }
}
