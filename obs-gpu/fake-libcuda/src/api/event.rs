//! Events.

use crate::call::*;
use crate::symbols::Symbol;
use crate::timeline::stamp;
use crate::world::Event;

/// `CU_EVENT_DISABLE_TIMING`.
const DISABLE_TIMING: u32 = 2;

pub(super) unsafe extern "C" fn create(event: *mut usize, flags: u32) -> Code {
    call(Symbol::cuEventCreate, |world| {
        let context = world.current()?;
        let handle = world.handle();
        let keeps_time = flags & DISABLE_TIMING == 0;
        world.events.insert(handle, Event { context, keeps_time, at: None, captured: false });
        // SAFETY: the caller's place.
        unsafe { put(event, handle) }
    })
}

pub(super) unsafe extern "C" fn destroy(event: usize) -> Code {
    call(Symbol::cuEventDestroy_v2, |world| {
        world.event(event)?;
        world.events.remove(&event);
        Ok(())
    })
}

pub(super) unsafe extern "C" fn record(event: usize, stream: usize) -> Code {
    call(Symbol::cuEventRecord, |world| {
        // Before anything else: the real driver may follow the handle.
        world.event(event)?;
        world.current()?;
        let now = world.clock.now();
        let stream = world.stream(stream)?;
        let (context, captured) = (stream.context, stream.capture.is_some());
        let at = (!captured).then(|| stream.free.max(now));
        let event = world.event(event)?;
        if event.context != context {
            return Err(INVALID_HANDLE);
        }
        (event.at, event.captured) = (at, captured);
        Ok(())
    })
}

pub(super) unsafe extern "C" fn query(event: usize) -> Code {
    call(Symbol::cuEventQuery, |world| {
        let now = world.clock.now();
        let at = happens(world, event)?;
        if now >= at { Ok(()) } else { Err(NOT_READY) }
    })
}

pub(super) unsafe extern "C" fn synchronize(event: usize) -> Code {
    wait(Symbol::cuEventSynchronize, |world| happens(world, event))
}

fn happens(world: &mut crate::world::World, event: usize) -> Done<u64> {
    world.current()?;
    world.unsafe_while_capturing()?;
    let event = world.event(event)?;
    let (context, at) = (event.context, event.at.unwrap_or(0));
    if event.captured {
        return Err(CAPTURED_EVENT);
    }
    world.context(context)?;
    Ok(at)
}

pub(super) unsafe extern "C" fn elapsed(milliseconds: *mut f32, start: usize, end: usize) -> Code {
    call(Symbol::cuEventElapsedTime, |world| {
        let now = world.clock.now();
        let moment = |event: &Event| match event.at {
            Some(at) if !event.keeps_time || now < at => {
                Err(if event.keeps_time { NOT_READY } else { INVALID_HANDLE })
            }
            Some(at) => Ok((stamp(at), event.context)),
            None => Err(INVALID_HANDLE),
        };
        let (start, context) = moment(world.event(start)?)?;
        let (end, other) = moment(world.event(end)?)?;
        if context != other {
            return Err(INVALID_HANDLE);
        }
        world.context(context)?;
        // SAFETY: the caller's place.
        unsafe { put(milliseconds, ((end as f64 - start as f64) / 1e6) as f32) }
    })
}
