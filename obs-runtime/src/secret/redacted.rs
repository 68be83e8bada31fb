//! Fields that are hidden for their names.

#[cfg(feature = "logs")]
use super::HIDDEN;
#[cfg(feature = "logs")]
use crate::trace::record::{FieldValue, Named};

/// The names whose values nobody is to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redacted(Vec<String>);

impl Redacted {
    pub(crate) fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.0.extend(names.into_iter().map(str::to_owned));
    }

    /// Hides what the other hides, too.
    #[cfg(all(feature = "logs", feature = "otlp"))]
    pub(crate) fn join(&mut self, other: &Redacted) {
        self.0.extend_from_slice(&other.0);
    }

    /// Hides values.
    #[cfg(feature = "logs")]
    pub(crate) fn hide(&self, fields: &mut [Named]) {
        for (_, value) in fields.iter_mut().filter(|(name, _)| self.has(name)) {
            *value = FieldValue::Text(HIDDEN.to_owned());
        }
    }

    /// Whether a field is called so, or its name ends so after a dot.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|hidden| match name.strip_suffix(hidden.as_str()) {
            Some(before) => before.is_empty() || before.ends_with('.'),
            None => false,
        })
    }
}
