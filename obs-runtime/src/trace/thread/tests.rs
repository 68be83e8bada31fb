//! What a thread keeps.

use super::*;

/// A process that was forked has all that its parent's thread had, until it calls `init`.
#[test]
fn ids_are_made_anew_by_init() {
    STACK.with_borrow_mut(|stack| stack.ids = Some(Ids::of_state([1, 2])));
    crate::trace::begin();
    assert_ne!(random(), Ids::of_state([1, 2]).trace(), "as the parent's");
}
