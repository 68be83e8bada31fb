//! Values that are not to be printed.

#[cfg(any(feature = "logs", feature = "otlp"))]
mod redacted;

#[cfg(any(feature = "logs", feature = "otlp"))]
pub(crate) use redacted::Redacted;
use std::fmt;

/// A value that prints as `***`, with `{}` and with `{:?}`: so it is in no log, no span and no panic message,
/// whoever writes it there. It can be read with [`expose`](Secret::expose), which is easy to look for.
///
/// It is no [label](crate::LabelValue), and as a field of an observed function it can only be named with `%` or
/// `?`, which print it. It costs nothing.
///
/// ```
/// use obs_runtime::{Secret, observe};
///
/// #[observe(fields(card = %card))]
/// fn charge(card: &Secret<String>) -> usize {
///     card.expose().len()
/// }
///
/// let card = Secret::new("4242424242424242".to_owned());
/// assert_eq!(charge(&card), 16);
/// assert_eq!(format!("{card} {card:?}"), "*** ***");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret<T>(T);

/// What stands in the place of a value that is not to be printed.
pub(crate) const HIDDEN: &str = "***";

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The value, for who needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, no longer hidden.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Secret<T> {
        Secret(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}
