//! The id by which people find everything that belongs to one request.

use super::{AMBIENT, Ambient};
use crate::context::TraceContext;
use crate::digits::Hex;
use crate::trace::thread;
use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The longest that is taken from others.
const MAX_LENGTH: usize = 128;

/// The id of a request, for people and logs: 1 to 128 visible ASCII characters.
///
/// So it can be written to a log or a header as it is, whoever made it.
///
/// ```
/// use obs_runtime::CorrelationId;
/// assert_eq!(CorrelationId::parse("order-7").map(|id| id.to_string()).as_deref(), Some("order-7"));
/// assert_eq!(CorrelationId::parse("a line\nand another"), None);
/// ```
#[derive(Clone)]
pub struct CorrelationId(Id);

#[derive(Clone)]
enum Id {
    /// One that was made here, as most are: it needs no memory.
    Made(Hex<32>),
    Given(Arc<str>),
}

/// The correlation id of what this thread works for now, to be put into logs. `None` where nobody gave one.
pub fn correlation_id() -> Option<CorrelationId> {
    // Cloning one runs nobody else's code.
    let known = |ambient: &RefCell<Ambient>| ambient.borrow().0.as_deref()?.correlation.clone();
    AMBIENT.try_with(known).ok().flatten()
}

impl CorrelationId {
    /// This id, if it is one.
    pub fn parse(id: &str) -> Option<CorrelationId> {
        let fits = (1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| CorrelationId(Id::Given(id.into())))
    }

    /// A new one: the current trace's id, so that one leads to the other, or else a random one. 32
    /// hexadecimal digits.
    pub fn make() -> CorrelationId {
        CorrelationId::of(TraceContext::current())
    }

    /// The id of this trace, or a random one.
    pub(crate) fn of(trace: Option<TraceContext>) -> CorrelationId {
        let id = trace.map_or_else(thread::random, |context| context.trace_id);
        CorrelationId(Id::Made(Hex::of_trace(id)))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Id::Made(digits) => digits.as_str(),
            Id::Given(text) => text,
        }
    }
}

impl CorrelationId {
    /// Whether it was made here, of digits.
    #[cfg(feature = "logs")]
    pub(crate) fn is_made(&self) -> bool {
        matches!(self.0, Id::Made(_))
    }

    /// The same as bytes, which nobody has to look through again.
    #[cfg(any(feature = "logs", feature = "tower"))]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Id::Made(digits) => digits.as_bytes(),
            Id::Given(text) => text.as_bytes(),
        }
    }
}

impl PartialEq for CorrelationId {
    fn eq(&self, other: &CorrelationId) -> bool {
        match (&self.0, &other.0) {
            (Id::Made(ours), Id::Made(theirs)) => ours == theirs,
            _ => self.as_str() == other.as_str(),
        }
    }
}

impl Eq for CorrelationId {}

impl Hash for CorrelationId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
