//! The capped labels of one item.

use super::{Intern, LabelIndex};
use crate::private::LabelDesc;
use std::sync::OnceLock;

/// The strings of an item's capped labels, by position. Made at first use.
#[derive(Debug)]
pub struct Interns(OnceLock<Box<[Option<Intern>]>>);

impl Interns {
    #[doc(hidden)]
    #[allow(clippy::new_without_default)] // It belongs into a static, as instruments do.
    pub const fn new() -> Interns {
        Interns(OnceLock::new())
    }

    /// The value of the capped label at `position` of `labels`.
    #[inline]
    pub(crate) fn label(&self, labels: &[LabelDesc], position: usize, text: &str) -> LabelIndex {
        match self.made(|| labels.iter().map(|label| label.cap)).get(position) {
            Some(Some(intern)) => intern.label(text),
            // Generated code names only positions of capped labels.
            _ => LabelIndex { index: 0, size: 1, values: &[] },
        }
    }

    /// As [`label`](Interns::label), for labels known by their types.
    #[inline]
    pub(crate) fn label_of(&self, caps: &[Option<u32>], position: usize, text: &str) -> LabelIndex {
        match self.made(|| caps.iter().copied()).get(position) {
            Some(Some(intern)) => intern.label(text),
            _ => LabelIndex { index: 0, size: 1, values: &[] },
        }
    }

    #[inline]
    fn made<I: Iterator<Item = Option<u32>>>(&self, caps: impl FnOnce() -> I) -> &[Option<Intern>] {
        match self.0.get() {
            Some(interns) => interns,
            None => self.0.get_or_init(|| caps().map(|cap| cap.map(Intern::new)).collect()),
        }
    }

    /// By position; empty before the first use.
    pub(crate) fn all(&self) -> &[Option<Intern>] {
        self.0.get().map_or(&[], |interns| interns)
    }
}
