//! Which device of this crate a context is.

use super::context::Context;
use super::fault::{INVALID_CONTEXT, NOT_SUPPORTED, error};
use super::ffi::{ContextHandle, Functions, StreamHandle};
use crate::driver::DriverError;
use crate::stream::Lane;
use crate::{Device, OpenError};
use std::cell::Cell;
use std::sync::{Mutex, PoisonError};

#[derive(Clone, Copy)]
struct Known {
    handle: ContextHandle,
    id: u64,
    device: u32,
}

static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

thread_local! {
    /// Most threads only ever see one context.
    static LAST: Cell<Option<Known>> = const { Cell::new(None) };
}

/// The device that the context of this stream is, which becomes one at the first launch there.
///
/// # Errors
///
/// What the driver says of the context.
pub(super) fn device(
    functions: &'static Functions,
    handle: ContextHandle,
    stream: StreamHandle,
) -> Result<u32, DriverError> {
    if handle == ContextHandle::default() {
        return Err(error(INVALID_CONTEXT));
    }
    let id = match functions.context_id(handle) {
        Ok(id) => id,
        // A context that is lost may say so to every question, this one too: it stays the device that it was.
        Err(code) => return last_under(handle).ok_or(error(code)),
    };
    match LAST.get() {
        Some(last) if last.handle == handle && last.id == id => Ok(last.device),
        _ => find(functions, handle, id, stream),
    }
}

/// The device of the last context that had this handle.
#[cold]
fn last_under(handle: ContextHandle) -> Option<u32> {
    let all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().rev().find(|known| known.handle == handle).map(|known| known.device)
}

#[cold]
fn find(
    functions: &'static Functions,
    handle: ContextHandle,
    id: u64,
    stream: StreamHandle,
) -> Result<u32, DriverError> {
    // It can be the context of one thread at a time only, and the collector's would be in everybody's way.
    if functions.is_green(stream) {
        return Err(error(NOT_SUPPORTED));
    }
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = match all.iter().find(|known| known.handle == handle && known.id == id) {
        Some(known) => *known,
        None => {
            let context = Context::new(functions, handle, id)?;
            let known = Known { handle, id, device: open(&context).unwrap_or(Lane::NOWHERE.device) };
            all.push(known);
            known
        }
    };
    LAST.set(Some(known));
    Ok(known.device)
}

/// Makes it a device under the first label that is free. `None` if there are too many.
fn open(context: &Context) -> Option<u32> {
    let ordinal = context.ordinal();
    let labels = std::iter::once(ordinal.to_string()).chain((2..).map(|turn| format!("{ordinal}.{turn}")));
    for label in labels {
        match Device::open(context.clone(), label) {
            Ok(device) => return Some(device.index()),
            Err(OpenError::Taken(_)) => {}
            Err(OpenError::TooMany) => return None,
        }
    }
    None
}
