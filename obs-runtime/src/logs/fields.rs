//! Fields of an event and of what is around it.

use crate::trace::fields::Fields;
use crate::trace::record::Named;

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
