//! Contexts that are behind an `Arc`, which the driver need not be asked about at each launch.

use crate::driver::DriverError;
use crate::stream::Place;
use cudarc::driver::CudaContext;
use std::cell::RefCell;
use std::sync::{Arc, Weak};

/// A context and its place. As long as the weak reference is kept, nothing else is made at that address: who has an `Arc`
/// of the same address has the same context, which is there while that is.
type Seen = (Weak<CudaContext>, Place);

/// So many contexts a thread can launch into by turns.
const RECENT: usize = 4;

thread_local! {
    static LAST: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
}

/// Its place, which `find` finds the first time that the thread sees it.
pub(super) fn place(
    context: &Arc<CudaContext>,
    find: impl FnOnce() -> Result<Place, DriverError>,
) -> Result<Place, DriverError> {
    let is_it = |(seen, _): &&Seen| std::ptr::eq(seen.as_ptr(), Arc::as_ptr(context));
    let known = |last: &RefCell<Vec<Seen>>| last.borrow().iter().find(is_it).map(|(_, place)| *place);
    // A thread that ends asks each time.
    if let Ok(Some(place)) = LAST.try_with(known) {
        return Ok(place);
    }
    let place = find()?;
    let _ = LAST.try_with(|last| {
        let mut last = last.borrow_mut();
        last.truncate(RECENT - 1);
        last.insert(0, (Arc::downgrade(context), place));
    });
    Ok(place)
}
