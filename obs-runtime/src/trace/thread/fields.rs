//! What is known of the spans that a thread is in.

use super::{Active, STACK, SpanId, Stack};
use crate::trace::record::Named;
use std::cell::RefCell;

/// Whether this thread is in a span that is recorded.
#[cfg(feature = "tracing-subscriber")]
pub(crate) fn is_recording() -> bool {
    let recording =
        |stack: &Stack| !stack.frames.is_empty() && stack.traces.last().is_some_and(|of| of.recording);
    STACK.try_with(|stack| recording(&stack.borrow())).unwrap_or(false)
}

/// The fields of the span that this thread is in, as far as they are known.
pub(crate) fn fields() -> Vec<Named> {
    let fields = |stack: &RefCell<Stack>| Some(stack.borrow().frames.last()?.extra.as_ref()?.fields.clone());
    STACK.try_with(fields).ok().flatten().unwrap_or_default()
}

/// Shows the fields of all spans that this thread is in, the outermost first. It is not to come back here.
#[cfg(feature = "logs")]
pub(crate) fn each_field(show: impl FnMut(&Named)) {
    let _ = STACK.try_with(|stack| {
        let stack = stack.borrow();
        let extras = stack.frames.iter().filter_map(|frame| frame.extra.as_ref());
        extras.flat_map(|extra| &extra.fields).for_each(show);
    });
}

/// The fields of a span that this thread is in; `None` where it has none.
pub(crate) fn fields_of(id: SpanId) -> Option<Vec<Named>> {
    let fields = |stack: &RefCell<Stack>| {
        let stack = stack.borrow();
        let frame = stack.frames.iter().rev().find(|frame| frame.id == id.get())?;
        Some(frame.extra.as_ref()?.fields.clone())
    };
    STACK.try_with(fields).ok().flatten()
}

impl Active {
    /// The fields of the span, wherever it is.
    pub(crate) fn fields(&self) -> Vec<Named> {
        let entered = SpanId::new(self.id).and_then(fields_of);
        let own = || self.extra.as_ref().map(|extra| extra.fields.clone());
        entered.or_else(own).unwrap_or_default()
    }
}
