//! Which device of this crate a context is.

use super::context::Context;
use super::devices;
use super::fault::{INVALID_CONTEXT, error};
use super::ffi::{ContextHandle, Functions};
use crate::driver::DriverError;
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

/// The device that the context is, which becomes one at the first launch there.
///
/// # Errors
///
/// What the driver says of the context.
pub(super) fn device(functions: &'static Functions, handle: ContextHandle) -> Result<u32, DriverError> {
    if handle == ContextHandle::default() {
        return Err(error(INVALID_CONTEXT));
    }
    let id = functions.context_id(handle).map_err(error)?;
    match LAST.get() {
        Some(last) if last.handle == handle && last.id == id => Ok(last.device),
        _ => find(functions, handle, id),
    }
}

#[cold]
fn find(functions: &'static Functions, handle: ContextHandle, id: u64) -> Result<u32, DriverError> {
    let mut all = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = match all.iter().find(|known| known.handle == handle && known.id == id) {
        Some(known) => *known,
        None => {
            let context = Context::new(functions, handle, id)?;
            let label = context.ordinal().to_string();
            let known = Known { handle, id, device: devices::add(label, Box::new(context)) };
            all.push(known);
            known
        }
    };
    LAST.set(Some(known));
    Ok(known.device)
}
