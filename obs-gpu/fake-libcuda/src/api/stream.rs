//! Streams.

use crate::call::*;
use crate::symbols::Symbol;
use crate::world::Stream;

/// `CU_STREAM_NON_BLOCKING`.
const NON_BLOCKING: u32 = 1;

pub(super) unsafe extern "C" fn create(stream: *mut usize, flags: u32) -> Code {
    call(Symbol::cuStreamCreate, |world| {
        let context = world.current()?;
        let handle = world.handle();
        world.streams.insert(handle, Stream { context, free: 0, flags, capture: None });
        // SAFETY: the caller's place.
        unsafe { put(stream, handle) }
    })
}

pub(super) unsafe extern "C" fn create_with_priority(stream: *mut usize, flags: u32, _priority: i32) -> Code {
    // SAFETY: the caller's place.
    unsafe { create(stream, flags) }
}

pub(super) unsafe extern "C" fn destroy(stream: usize) -> Code {
    call(Symbol::cuStreamDestroy_v2, |world| {
        world.current()?;
        world.streams.remove(&stream).map(drop).ok_or(INVALID_HANDLE)
    })
}

pub(super) unsafe extern "C" fn context(stream: usize, context: *mut usize) -> Code {
    call(Symbol::cuStreamGetCtx, |world| {
        let found = world.stream(stream)?.context;
        world.context(found)?;
        // SAFETY: the caller's place.
        unsafe { put(context, found) }
    })
}

pub(super) unsafe extern "C" fn green_context(stream: usize, context: *mut usize) -> Code {
    call(Symbol::cuStreamGetGreenCtx, |world| {
        world.stream(stream)?;
        // SAFETY: the caller's place.
        unsafe { put(context, usize::from(world.green) * 0x6000) }
    })
}

pub(super) unsafe extern "C" fn flags(stream: usize, flags: *mut u32) -> Code {
    call(Symbol::cuStreamGetFlags, |world| {
        let known = world.stream(stream)?.flags;
        // SAFETY: the caller's place.
        unsafe { put(flags, known) }
    })
}

pub(super) unsafe extern "C" fn query(stream: usize) -> Code {
    call(Symbol::cuStreamQuery, |world| {
        world.current()?;
        world.unsafe_while_capturing()?;
        let free = world.stream(stream)?.free;
        if world.clock.now() >= free { Ok(()) } else { Err(NOT_READY) }
    })
}

pub(super) unsafe extern "C" fn synchronize(stream: usize) -> Code {
    wait(Symbol::cuStreamSynchronize, |world| {
        world.current()?;
        world.unsafe_while_capturing()?;
        Ok(world.stream(stream)?.free)
    })
}

pub(super) unsafe extern "C" fn wait_event(stream: usize, event: usize, _flags: u32) -> Code {
    call(Symbol::cuStreamWaitEvent, |world| {
        world.current()?;
        let at = world.event(event)?.at.unwrap_or(0);
        let stream = world.stream(stream)?;
        stream.free = stream.free.max(at);
        Ok(())
    })
}

/// Whether the default stream would wait for it.
pub(super) fn blocks(stream: &Stream) -> bool {
    stream.flags & NON_BLOCKING == 0
}
