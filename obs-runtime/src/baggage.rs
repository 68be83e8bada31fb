//! What travels with the work from service to service, besides the trace.

use crate::carry::{Attached, Context, WithContext};
use std::fmt;
use std::future::Future;
use std::sync::Arc;

mod header;

/// The most entries that the recommendation asks anybody to carry.
pub(crate) const MAX_ENTRIES: usize = 64;
/// The most bytes of a `baggage` header that the recommendation asks anybody to carry.
pub(crate) const MAX_BYTES: usize = 8192;

/// Names and values that travel with a request through all services, as W3C Baggage has it.
///
/// Immutable, and one word: a clone counts one reference up. At most 64 entries of together 8192 bytes, as they
/// are written in a header; what would exceed that is left out. Baggage is sent to everybody who is called, so
/// secrets do not belong in it.
///
/// ```
/// use obs_runtime::Baggage;
///
/// let baggage = Baggage::current().with("tenant", "Müller & Söhne").correlation("session", "s-42");
/// {
///     let _guard = baggage.attach();
///     assert_eq!(Baggage::current().get("tenant"), Some("Müller & Söhne"));
///     assert_eq!(Baggage::current().correlation_id("session"), Some("s-42"));
/// }
/// assert!(Baggage::current().is_empty());
/// assert_eq!(baggage.to_header(), "tenant=M%C3%BCller%20&%20S%C3%B6hne,session.id=s-42");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Baggage(Option<Arc<Inner>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Inner {
    entries: Vec<Entry>,
    /// How long the header is.
    bytes: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    key: Box<str>,
    /// Decoded.
    value: Box<str>,
    /// What stood behind the value, as it was written: for whoever made it to understand.
    properties: Box<str>,
}

impl Baggage {
    /// No entries.
    pub const fn empty() -> Baggage {
        Baggage(None)
    }

    /// The baggage of the work that this thread does now; empty where nobody attached any.
    pub fn current() -> Baggage {
        crate::carry::with_ambient(|ambient| ambient.baggage().clone())
    }

    /// Reads a `baggage` header. Several headers are joined by commas.
    ///
    /// Members that are malformed are skipped. Of two with one key, the later counts. Bytes of a value that
    /// are no UTF-8 become U+FFFD, as the recommendation says.
    ///
    /// ```
    /// use obs_runtime::Baggage;
    /// let baggage = Baggage::parse("user=al%20ice;ttl=30 , no value, tenant = acme");
    /// assert_eq!(baggage.iter().collect::<Vec<_>>(), [("user", "al ice"), ("tenant", "acme")]);
    /// assert_eq!(baggage.to_header(), "user=al%20ice;ttl=30,tenant=acme");
    /// ```
    pub fn parse(header: &str) -> Baggage {
        Baggage::parse_all([header])
    }

    /// Reads the headers of that name, in their order.
    pub(crate) fn parse_all<'a>(headers: impl IntoIterator<Item = &'a str>) -> Baggage {
        let mut inner = Inner::default();
        // Not more than could be kept: a header of a million commas is not looked through.
        let members = headers.into_iter().flat_map(|header| header.split(',')).take(4 * MAX_ENTRIES);
        members.filter_map(header::parse).for_each(|entry| inner.put(entry));
        Baggage::of(inner)
    }

    fn of(inner: Inner) -> Baggage {
        Baggage((!inner.entries.is_empty()).then(|| Arc::new(inner)))
    }

    /// The same with this entry, instead of one of its name.
    ///
    /// The key is what HTTP calls a token: letters, digits and ``!#$%&'*+-.^_`|~``. An entry with another key,
    /// and one for which there is no room, is left out. Copies the entries.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Baggage {
        if !header::is_token(key) {
            return self.clone();
        }
        let mut inner = self.0.as_deref().cloned().unwrap_or_default();
        inner.put(Entry { key: key.into(), value: value.into(), properties: Box::default() });
        Baggage::of(inner)
    }

    /// The same without the entry of that name.
    #[must_use]
    pub fn without(&self, key: &str) -> Baggage {
        let mut inner = self.0.as_deref().cloned().unwrap_or_default();
        inner.remove(key);
        Baggage::of(inner)
    }

    /// The same with an id of something that the work is done for, such as an agent, a session or a client:
    /// an entry whose key is `<scope>.id`, as OpenTelemetry names such attributes.
    #[must_use]
    pub fn correlation(&self, scope: &str, id: &str) -> Baggage {
        self.with(&format!("{scope}.id"), id)
    }

    /// The id that [`correlation`](Baggage::correlation) put there for that scope.
    pub fn correlation_id(&self, scope: &str) -> Option<&str> {
        let is_it = |key: &str| key.strip_suffix(".id") == Some(scope);
        self.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }

    /// The value of the entry of that name. Names are case-sensitive.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// What stood behind the value of that entry, such as `ttl=30;important`. Empty where nothing did.
    pub fn properties(&self, key: &str) -> Option<&str> {
        self.entries().iter().find(|entry| *entry.key == *key).map(|entry| &*entry.properties)
    }

    /// Keys and values, in the order of their first appearance.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.entries().iter().map(|entry| (&*entry.key, &*entry.value))
    }

    fn entries(&self) -> &[Entry] {
        self.0.as_deref().map_or(&[], |inner| &inner.entries)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The `baggage` header that hands this on: at most 8192 bytes; empty without entries.
    pub fn to_header(&self) -> String {
        let mut header = String::with_capacity(self.0.as_deref().map_or(0, |inner| inner.bytes));
        for entry in self.entries() {
            header::write(entry, &mut header);
        }
        header
    }

    /// Makes this the baggage of what the thread does until the guard is dropped. The trace stays.
    ///
    /// Not across an `.await`: that is what [`in_future`](Baggage::in_future) is for.
    #[must_use = "the baggage is detached when the guard is dropped"]
    pub fn attach(&self) -> Attached {
        self.around().attach()
    }

    /// The future with this baggage whenever it is polled. The trace is the one that it is polled in.
    pub fn in_future<F: Future>(&self, future: F) -> WithContext<F> {
        WithContext::new(future, self.around())
    }

    /// What is current, with this baggage, without the trace.
    fn around(&self) -> Context {
        Context::untraced().with_baggage(self.clone())
    }
}

impl Inner {
    /// Adds the entry, or changes the one of its name, if there is room for it.
    fn put(&mut self, entry: Entry) {
        let at = self.entries.iter().position(|known| known.key == entry.key);
        let before = at.map_or(0, |at| header::length(&self.entries[at]));
        // A comma between two of them.
        let comma = usize::from(at.is_none() && self.bytes > 0);
        let bytes = self.bytes + comma + header::length(&entry) - before;
        if bytes > MAX_BYTES {
            return;
        }
        match at {
            Some(at) => self.entries[at] = entry,
            None if self.entries.len() < MAX_ENTRIES => self.entries.push(entry),
            None => return,
        }
        self.bytes = bytes;
    }

    fn remove(&mut self, key: &str) {
        self.entries.retain(|entry| *entry.key != *key);
        let lengths: usize = self.entries.iter().map(header::length).sum();
        self.bytes = lengths + self.entries.len().saturating_sub(1);
    }
}

impl fmt::Debug for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests;
