//! Memory of what few spans have besides their times. Most traces are kept by nobody: the next one takes it again.

use super::record::{Extra, Lost};
use std::cell::RefCell;

thread_local! {
    /// Nobody else's code runs while it is borrowed.
    #[expect(clippy::vec_box)]
    static SPARE: RefCell<Vec<Box<Extra>>> = const { RefCell::new(Vec::new()) };
}

/// How much a thread keeps, and how many fields, events and links each of them may have had.
const SPARES: usize = 16;
const MOST: usize = 32;

/// One with nothing in it.
pub(crate) fn extra() -> Box<Extra> {
    SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten().unwrap_or_default()
}

/// Empties one, and keeps it.
pub(super) fn leave(mut extra: Box<Extra>) {
    let Extra { name, kind, fields, events, links, lost } = &mut *extra;
    (*name, *kind, *lost) = (None, None, Lost::default());
    fields.clear();
    events.clear();
    links.clear();
    if fields.capacity().max(events.capacity()).max(links.capacity()) <= MOST {
        let _ = SPARE.try_with(|spare| {
            let mut spare = spare.borrow_mut();
            if spare.len() < SPARES {
                spare.push(extra);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::FieldValue;

    #[test]
    fn what_is_taken_again_is_empty_and_a_large_one_is_not_kept() {
        let field = || ("name".into(), FieldValue::Text("value".to_owned()));
        let mut first = extra();
        first.name = Some("GET /".into());
        first.kind = Some(crate::private::SpanKind::Server);
        first.fields.push(field());
        first.links.push((1, 2));
        first.lost.events = 3;
        let at: *const Extra = &raw const *first;
        leave(first);
        let second = extra();
        assert!(std::ptr::eq(at, &raw const *second));
        assert_eq!(format!("{second:?}"), format!("{:?}", Extra::default()));
        let mut large = second;
        large.fields.extend(std::iter::repeat_with(field).take(MOST + 1));
        leave(large);
        assert_eq!(extra().fields.capacity(), 0);
    }
}
