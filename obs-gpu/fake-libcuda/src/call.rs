//! How every scripted function answers.

use crate::symbols::Symbol;
use crate::world::{World, world};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// `CUresult`.
pub(crate) type Code = i32;

pub(crate) type Done<T = ()> = Result<T, Code>;

pub(crate) const INVALID_VALUE: Code = 1;
pub(crate) const NOT_INITIALIZED: Code = 3;
pub(crate) const DEINITIALIZED: Code = 4;
pub(crate) const NO_DEVICE: Code = 100;
pub(crate) const INVALID_DEVICE: Code = 101;
pub(crate) const INVALID_IMAGE: Code = 200;
pub(crate) const INVALID_CONTEXT: Code = 201;
pub(crate) const INVALID_HANDLE: Code = 400;
pub(crate) const NOT_FOUND: Code = 500;
pub(crate) const NOT_READY: Code = 600;
pub(crate) const CONTEXT_IS_DESTROYED: Code = 709;
pub(crate) const CAPTURE_UNSUPPORTED: Code = 900;
pub(crate) const CAPTURE_INVALIDATED: Code = 901;
pub(crate) const CAPTURE_IMPLICIT: Code = 906;
pub(crate) const CAPTURED_EVENT: Code = 907;

/// Set when the process ends.
pub(crate) static ENDED: AtomicBool = AtomicBool::new(false);

/// Answers a call: with what the script has for it, or with what the body finds.
pub(crate) fn call(symbol: Symbol, body: impl FnOnce(&mut World) -> Done) -> Code {
    if ENDED.load(Relaxed) {
        return DEINITIALIZED;
    }
    let slow = world().slow.get(&symbol).copied();
    if let Some(slow) = slow {
        std::thread::sleep(std::time::Duration::from_nanos(slow));
    }
    let mut world = world();
    if let Some(code) = world.refused(symbol) {
        return code;
    }
    if !world.initialised && !matches!(symbol, Symbol::cuInit | Symbol::cuDriverGetVersion) {
        return NOT_INITIALIZED;
    }
    body(&mut world).err().unwrap_or(0)
}

/// The same, for what waits until a moment that the body tells. Nobody else waits with it.
pub(crate) fn wait(symbol: Symbol, body: impl FnOnce(&mut World) -> Done<u64>) -> Code {
    let mut until = 0;
    let mut code = call(symbol, |world| body(world).map(|moment| until = moment));
    while code == 0 && !world().clock.reach(until) {
        std::thread::sleep(std::time::Duration::from_micros(20));
    }
    if code == 0 {
        code = world().current().err().unwrap_or(0);
    }
    code
}

/// Writes an answer to the place that the caller has for it.
///
/// # Safety
///
/// The place is null or writable.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) -> Done {
    if place.is_null() {
        return Err(INVALID_VALUE);
    }
    // SAFETY: it is not null, so it is writable.
    unsafe { place.write(value) };
    Ok(())
}
