//! Which device of this crate a context is.

use super::context::Context;
use super::fault::{INVALID_CONTEXT, NOT_SUPPORTED, error};
use super::ffi::{ContextHandle, Functions, StreamHandle};
use crate::OpenError;
use crate::device::{self, state::State};
use crate::driver::DriverError;
use crate::stream::{Kept, Lane, Place};
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A context that was launched into.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) place: Place,
    /// The device whose primary context it is. Only asked for where somebody wants to know.
    #[cfg_attr(not(feature = "cust"), allow(dead_code))]
    pub(super) primary: Option<i32>,
    handle: ContextHandle,
    id: u64,
}

/// One that holds a place among the devices, or held one and still has it.
#[derive(Clone, Copy, Debug)]
struct Known {
    seen: Seen,
    context: Context,
    ordinal: u32,
    /// None where there were too many devices.
    state: Option<&'static State>,
}

/// As many as there ever were at the same time. Locked for looking and writing, never while something is waited for.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// So many contexts a thread can launch into by turns without a lock.
const RECENT: usize = 4;

thread_local! {
    static LAST: Cell<[Option<Seen>; RECENT]> = const { Cell::new([None; RECENT]) };
}

fn known() -> MutexGuard<'static, Vec<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the context of this stream is, which becomes a device at the first launch there. `keep` keeps it until that has
/// its events, by the device whose primary context it is; what cannot be kept becomes none.
///
/// # Errors
///
/// What the driver says of the context.
pub(super) fn see(
    functions: &'static Functions,
    handle: ContextHandle,
    stream: StreamHandle,
    keep: &dyn Fn(Option<i32>) -> Option<Kept>,
) -> Result<Seen, DriverError> {
    if handle == ContextHandle::default() {
        return Err(error(INVALID_CONTEXT));
    }
    let id = match functions.context_id(handle) {
        Ok(id) => id,
        // A context that is lost may say so to every question, this one too: it stays the device that it was.
        Err(code) => return last_under(handle).ok_or(error(code)),
    };
    let recent = LAST.get();
    match recent.iter().flatten().find(|seen| seen.handle == handle && seen.id == id) {
        Some(seen) if seen.place != Lane::NOWHERE.place || keep(seen.primary).is_none() => Ok(*seen),
        _ => {
            let seen = find(functions, handle, id, stream, keep)?;
            // The oldest goes.
            let [a, b, c, _] = recent;
            LAST.set([Some(seen), a, b, c]);
            Ok(seen)
        }
    }
}

/// The last context that had this handle.
#[cold]
fn last_under(handle: ContextHandle) -> Option<Seen> {
    known().iter().rev().find(|known| known.seen.handle == handle).map(|known| known.seen)
}

#[cold]
fn find(
    functions: &'static Functions,
    handle: ContextHandle,
    id: u64,
    stream: StreamHandle,
    keep: &dyn Fn(Option<i32>) -> Option<Kept>,
) -> Result<Seen, DriverError> {
    // It can be the context of one thread at a time only, and the collector's would be in everybody's way.
    if functions.is_green(stream) {
        return Err(error(NOT_SUPPORTED));
    }
    let is_it = |known: &&Known| known.seen.handle == handle && known.seen.id == id;
    if let Some(known) = known().iter().find(is_it) {
        return Ok(known.seen);
    }
    let context = Context::new(functions, handle, id)?;
    let (ordinal, primary) = (context.ordinal(), context.primary());
    let Some(kept) = keep(primary) else {
        return Ok(Seen { place: Lane::NOWHERE.place, primary, handle, id });
    };
    if id == 0 && !matches!(kept, Kept::Vouched) {
        // The driver does not tell it from a later one of the same handle, so that there must not be any. Of primary contexts
        // there is one a device, so that it can stay; nobody knows how many others there will be.
        if primary.is_none() {
            return Ok(Seen { place: Lane::NOWHERE.place, primary, handle, id });
        }
        let _ = ManuallyDrop::new(keep(primary));
    }
    // Not while it is locked: the driver may take its time.
    let all = known().clone();
    let gone: Vec<Place> = all.iter().filter(|known| known.is_gone()).map(|known| known.seen.place).collect();

    let mut all = known();
    if let Some(known) = all.iter().find(is_it) {
        return Ok(known.seen);
    }
    all.retain(|known| known.state.is_some() || !gone.contains(&known.seen.place));
    let left = all.iter_mut().find(|known| known.ordinal == ordinal && gone.contains(&known.seen.place));
    let state = left.as_ref().and_then(|known| known.state).or_else(|| labelled(ordinal));
    let place = state.map_or(Lane::NOWHERE.place, |state| Place {
        device: state.index,
        turn: state.begin(Box::new(context), kept),
    });
    let seen = Seen { place, primary, handle, id };
    let new = Known { seen, context, ordinal, state };
    match left {
        Some(left) => *left = new,
        None => all.push(new),
    }
    drop(all);
    if let Some(state) = state {
        device::make_ready(state, place.turn);
    }
    Ok(seen)
}

impl Known {
    /// Whether the program let go of it, so that another one on its device can have its place and its label.
    fn is_gone(&self) -> bool {
        match self.state {
            // A driver without numbers says nothing of contexts that are gone.
            Some(state) if self.seen.id == 0 => state.gone.load(std::sync::atomic::Ordering::Acquire),
            _ => self.context.is_gone(),
        }
    }
}

/// A place under the first label that is free; none if there are too many devices.
fn labelled(ordinal: u32) -> Option<&'static State> {
    let labels = std::iter::once(ordinal.to_string()).chain((2..).map(|turn| format!("{ordinal}.{turn}")));
    for label in labels {
        match device::place(label) {
            Err(OpenError::Taken(_)) => {}
            other => return other.ok(),
        }
    }
    None
}
