//! Contexts, primary and others, and which one a thread is in.

use crate::call::*;
use crate::symbols::Symbol;
use crate::thread;
use std::ffi::{c_int, c_void};

pub(super) unsafe extern "C" fn retain(context: *mut usize, device: c_int) -> Code {
    call(Symbol::cuDevicePrimaryCtxRetain, |world| {
        world.device(device)?;
        let handle = world.primary(device);
        if !world.contexts.contains_key(&handle) {
            world.add_context(handle, device);
        }
        *world.retained.entry(device).or_default() += 1;
        // SAFETY: the caller's place.
        unsafe { put(context, handle) }
    })
}

pub(super) unsafe extern "C" fn release(device: c_int) -> Code {
    call(Symbol::cuDevicePrimaryCtxRelease_v2, |world| {
        let retained = world.retained.get_mut(&device).filter(|retained| **retained > 0);
        let retained = retained.ok_or(INVALID_CONTEXT)?;
        *retained -= 1;
        if *retained == 0 { world.remove_context(world.primary(device)) } else { Ok(()) }
    })
}

pub(super) unsafe extern "C" fn reset(device: c_int) -> Code {
    call(Symbol::cuDevicePrimaryCtxReset_v2, |world| {
        let handle = world.primary(device);
        world.remove_context(handle)?;
        world.add_context(handle, device);
        Ok(())
    })
}

pub(super) unsafe extern "C" fn set_flags(device: c_int, _flags: u32) -> Code {
    call(Symbol::cuDevicePrimaryCtxSetFlags_v2, |world| world.device(device))
}

pub(super) unsafe extern "C" fn state(device: c_int, flags: *mut u32, active: *mut c_int) -> Code {
    call(Symbol::cuDevicePrimaryCtxGetState, |world| {
        world.device(device)?;
        let is_active = world.contexts.contains_key(&world.primary(device));
        // SAFETY: the caller's places.
        unsafe { put(flags, 0).and_then(|()| put(active, c_int::from(is_active))) }
    })
}

pub(super) unsafe extern "C" fn create(context: *mut usize, _flags: u32, device: c_int) -> Code {
    call(Symbol::cuCtxCreate_v2, |world| {
        world.device(device)?;
        let handle = world.handle();
        world.add_context(handle, device);
        thread::push(handle);
        // SAFETY: the caller's place.
        unsafe { put(context, handle) }
    })
}

/// With a list of what to run on, which is empty here.
pub(super) unsafe extern "C" fn create_with_affinity(
    context: *mut usize,
    _list: *const c_void,
    _length: c_int,
    flags: u32,
    device: c_int,
) -> Code {
    // SAFETY: the caller's place.
    unsafe { create(context, flags, device) }
}

/// With parameters that the script does not know.
pub(super) unsafe extern "C" fn create_with_parameters(
    context: *mut usize,
    _parameters: *const c_void,
    flags: u32,
    device: c_int,
) -> Code {
    // SAFETY: the caller's place.
    unsafe { create(context, flags, device) }
}

pub(super) unsafe extern "C" fn destroy(context: usize) -> Code {
    call(Symbol::cuCtxDestroy_v2, |world| {
        world.remove_context(context)?;
        if thread::current() == context {
            thread::pop();
        }
        Ok(())
    })
}

pub(super) unsafe extern "C" fn current(context: *mut usize) -> Code {
    // SAFETY: the caller's place.
    call(Symbol::cuCtxGetCurrent, |_| unsafe { put(context, thread::current()) })
}

pub(super) unsafe extern "C" fn set_current(context: usize) -> Code {
    call(Symbol::cuCtxSetCurrent, |world| {
        if context != 0 && !world.contexts.contains_key(&context) {
            return Err(INVALID_CONTEXT);
        }
        thread::set_current(context);
        Ok(())
    })
}

pub(super) unsafe extern "C" fn push(context: usize) -> Code {
    call(Symbol::cuCtxPushCurrent_v2, |world| {
        world.contexts.get(&context).ok_or(INVALID_CONTEXT)?;
        thread::push(context);
        Ok(())
    })
}

pub(super) unsafe extern "C" fn pop(context: *mut usize) -> Code {
    call(Symbol::cuCtxPopCurrent_v2, |_| {
        let popped = thread::pop().ok_or(INVALID_CONTEXT)?;
        // SAFETY: the caller's place, which may be none here.
        if context.is_null() { Ok(()) } else { unsafe { put(context, popped) } }
    })
}

pub(super) unsafe extern "C" fn device(device: *mut c_int) -> Code {
    call(Symbol::cuCtxGetDevice, |world| {
        let current = world.current()?;
        // SAFETY: the caller's place.
        unsafe { put(device, world.context(current)?.device) }
    })
}

pub(super) unsafe extern "C" fn id(context: usize, id: *mut u64) -> Code {
    call(Symbol::cuCtxGetId, |world| {
        let context = if context == 0 { world.current()? } else { context };
        // Any function may tell of what went wrong before: it is in the manual of this one.
        let known = world.context(context)?.id;
        // SAFETY: the caller's place.
        unsafe { put(id, known) }
    })
}

pub(super) unsafe extern "C" fn api_version(context: usize, version: *mut u32) -> Code {
    call(Symbol::cuCtxGetApiVersion, |world| {
        world.contexts.get(&context).ok_or(INVALID_CONTEXT)?;
        // SAFETY: the caller's place.
        unsafe { put(version, 3020) }
    })
}

pub(super) unsafe extern "C" fn synchronize() -> Code {
    wait(Symbol::cuCtxSynchronize, |world| {
        let context = world.current()?;
        world.unsafe_while_capturing()?;
        let streams = world.streams.values().filter(|stream| stream.context == context);
        Ok(streams.map(|stream| stream.free).max().unwrap_or(0))
    })
}
