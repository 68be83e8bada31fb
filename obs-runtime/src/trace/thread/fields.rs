//! What is known of the spans that a thread is in.

use super::{Active, STACK, SpanId, Stack};
use crate::trace::record::Named;
use std::cell::RefCell;

/// The fields of the span that this thread is in, as far as they are known.
pub(crate) fn fields() -> Vec<Named> {
    let fields = |stack: &RefCell<Stack>| Some(stack.borrow().frames.last()?.extra.as_ref()?.fields.clone());
    STACK.try_with(fields).ok().flatten().unwrap_or_default()
}

/// The fields of all spans that this thread is in, the outermost first.
#[cfg(feature = "logs")]
pub(crate) fn all_fields() -> Vec<Named> {
    let fields = |stack: &RefCell<Stack>| {
        let stack = stack.borrow();
        let extras = stack.frames.iter().filter_map(|frame| frame.extra.as_ref());
        extras.flat_map(|extra| extra.fields.iter().cloned()).collect()
    };
    STACK.try_with(fields).unwrap_or_default()
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
