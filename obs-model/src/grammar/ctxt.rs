//! Collecting mistakes.

use proc_macro2::Span;
use quote::ToTokens;
use std::cell::{Cell, RefCell};
use std::fmt::Display;

/// The mistakes found so far in one item.
///
/// Reading goes on after a mistake, so that all of them are reported at once. Whoever makes a `Ctxt` has
/// to ask it for them: dropping one unasked panics in debug builds, because an attribute whose mistakes
/// nobody looks at is an attribute that silently does something else.
#[derive(Debug)]
pub struct Ctxt {
    errors: RefCell<Vec<syn::Error>>,
    asked: Cell<bool>,
}

impl Ctxt {
    /// Without mistakes.
    #[allow(clippy::new_without_default)] // A context is made on purpose: it has to be asked again.
    pub fn new() -> Ctxt {
        Ctxt { errors: RefCell::default(), asked: Cell::new(false) }
    }

    /// A mistake at `span`; the message says what belongs there.
    pub fn error(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// A mistake in all of `tokens`; a span alone would be that of the first one.
    pub fn error_in(&self, tokens: &dyn ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// A mistake that syn found.
    pub fn push(&self, error: syn::Error) {
        self.errors.borrow_mut().push(error);
    }

    /// The value of a result whose error is a mistake.
    pub fn ok<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Whether there are no mistakes.
    pub fn is_clean(&self) -> bool {
        self.errors.borrow().is_empty()
    }

    /// What `read` gives, unless it finds a mistake.
    pub fn scope<T>(&self, read: impl FnOnce(&Ctxt) -> Option<T>) -> Option<T> {
        let before = self.errors.borrow().len();
        read(self).filter(|_| self.errors.borrow().len() == before)
    }

    /// Every mistake, in the order found.
    pub fn finish(self) -> Vec<syn::Error> {
        self.asked.set(true);
        self.errors.take()
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        debug_assert!(
            self.asked.get() || std::thread::panicking(),
            "a grammar context was dropped before its mistakes were asked for"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_mistake_in_order() {
        let ctxt = Ctxt::new();
        ctxt.error(Span::call_site(), "first");
        assert_eq!(ctxt.ok(Err::<(), _>(syn::Error::new(Span::call_site(), "second"))), None);
        assert_eq!(ctxt.ok(Ok(3)), Some(3));
        let found: Vec<String> = ctxt.finish().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["first", "second"]);
    }

    #[test]
    #[should_panic(expected = "dropped before its mistakes were asked for")]
    #[cfg(debug_assertions)]
    fn must_be_asked() {
        drop(Ctxt::new());
    }
}
