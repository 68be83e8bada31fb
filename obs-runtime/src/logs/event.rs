//! What is logged of an event, where it has to be kept.

use crate::trace::record::{FieldValue, Named};
#[cfg(feature = "otlp")]
use crate::{CorrelationId, TraceContext};
#[cfg(feature = "otlp")]
use std::borrow::Cow;
#[cfg(feature = "otlp")]
use std::time::SystemTime;
#[cfg(feature = "otlp")]
use tracing::Metadata;

/// The fields of an event. Hidden values are hidden already.
#[derive(Debug)]
pub(super) struct Copied {
    pub(super) message: Option<FieldValue>,
    /// Those but for the message.
    pub(super) fields: Vec<Named>,
}

/// An event that is exported, and what was known where it happened. Hidden values are hidden already.
#[cfg(feature = "otlp")]
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) at: SystemTime,
    pub(crate) meta: &'static Metadata<'static>,
    pub(crate) trace: Option<TraceContext>,
    pub(crate) correlation: Option<CorrelationId>,
    /// The thread's name, or its number, where it is wanted.
    pub(crate) thread: Option<String>,
    pub(crate) message: Option<FieldValue>,
    /// Its own fields but for the message.
    pub(crate) fields: Vec<Named>,
}

#[cfg(feature = "otlp")]
impl Event {
    /// About how much memory it takes. What was logged decides about that, so queues are bounded in it.
    pub(crate) fn bytes(&self) -> usize {
        let text = |value: &FieldValue| if let FieldValue::Text(text) = value { text.len() } else { 0 };
        let of_field = |(name, value): &Named| {
            let name = if let Cow::Owned(name) = name { name.len() } else { 0 };
            size_of::<Named>() + name + text(value)
        };
        let fields: usize = self.fields.iter().map(of_field).sum();
        let thread = self.thread.as_ref().map_or(0, String::len);
        size_of::<Event>() + self.message.as_ref().map_or(0, text) + thread + fields
    }
}
