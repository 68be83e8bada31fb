//! What is logged of an event.

use crate::trace::record::{FieldValue, Named};
use crate::{CorrelationId, TraceContext};
use std::borrow::Cow;
use std::time::SystemTime;
use tracing::Metadata;

/// An event that was let through, and what was known where it happened. Hidden values are hidden already.
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
    /// Those of the spans around it.
    pub(crate) span: Vec<Named>,
}

impl Event {
    /// The message as it is, and not in quotes; empty where there is none.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match &self.message {
            Some(FieldValue::Text(text)) => Cow::Borrowed(text),
            Some(other) => Cow::Owned(other.to_string()),
            None => Cow::Borrowed(""),
        }
    }

    /// About how much memory it takes. What was logged decides about that, so queues are bounded in it.
    #[cfg(feature = "otlp")]
    pub(crate) fn bytes(&self) -> usize {
        let text = |value: &FieldValue| if let FieldValue::Text(text) = value { text.len() } else { 0 };
        let of_field = |(name, value): &Named| {
            let name = if let Cow::Owned(name) = name { name.len() } else { 0 };
            size_of::<Named>() + name + text(value)
        };
        let fields: usize = self.fields.iter().chain(&self.span).map(of_field).sum();
        let thread = self.thread.as_ref().map_or(0, String::len);
        size_of::<Event>() + self.message.as_ref().map_or(0, text) + thread + fields
    }
}
