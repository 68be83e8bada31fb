//! What the driver knows of each thread.

use std::cell::{Cell, RefCell};

thread_local! {
    static CONTEXTS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// As in `CUstreamCaptureMode`: 0 is global, 2 is relaxed.
    static CAPTURE_MODE: Cell<i32> = const { Cell::new(0) };
}

/// The thread's context; zero for none.
pub(crate) fn current() -> usize {
    CONTEXTS.with_borrow(|contexts| contexts.last().copied().unwrap_or(0))
}

pub(crate) fn set_current(context: usize) {
    CONTEXTS.with_borrow_mut(|contexts| {
        contexts.pop();
        contexts.extend((context != 0).then_some(context));
    });
}

pub(crate) fn push(context: usize) {
    CONTEXTS.with_borrow_mut(|contexts| contexts.push(context));
}

pub(crate) fn pop() -> Option<usize> {
    CONTEXTS.with_borrow_mut(Vec::pop)
}

pub(crate) fn exchange_mode(mode: i32) -> i32 {
    CAPTURE_MODE.replace(mode)
}

/// Whether it may do what could spoil somebody's capture.
pub(crate) fn is_relaxed() -> bool {
    CAPTURE_MODE.get() == 2
}
