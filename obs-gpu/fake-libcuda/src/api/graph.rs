//! Capture and graphs, of which only the length is kept.

use crate::call::*;
use crate::symbols::Symbol;
use crate::thread;
use crate::world::Capture;
use std::ffi::c_int;

pub(super) unsafe extern "C" fn begin_capture(stream: usize, mode: c_int) -> Code {
    call(Symbol::cuStreamBeginCapture_v2, |world| {
        world.current()?;
        let stream = world.stream(stream)?;
        stream.capture = Some(Capture { global: mode == 0, spoilt: false, length: 0 });
        Ok(())
    })
}

pub(super) unsafe extern "C" fn end_capture(stream: usize, graph: *mut usize) -> Code {
    call(Symbol::cuStreamEndCapture, |world| {
        let capture = world.stream(stream)?.capture.take().ok_or(INVALID_VALUE)?;
        if capture.spoilt {
            return Err(CAPTURE_INVALIDATED);
        }
        let handle = world.handle();
        world.graphs.insert(handle, capture.length);
        // SAFETY: the caller's place.
        unsafe { put(graph, handle) }
    })
}

pub(super) unsafe extern "C" fn is_capturing(stream: usize, status: *mut c_int) -> Code {
    call(Symbol::cuStreamIsCapturing, |world| {
        let context = world.current()?;
        let others = world.streams.values().filter(|other| other.context == context);
        let capturing =
            others.filter(|other| super::stream::blocks(other) && other.capture.is_some()).count();
        let capture = world.stream(stream)?.capture.as_ref();
        let known = capture.map_or(0, |capture| 1 + i32::from(capture.spoilt));
        if stream <= 1 && known == 0 && capturing > 0 {
            return Err(CAPTURE_IMPLICIT);
        }
        // SAFETY: the caller's place.
        unsafe { put(status, known) }
    })
}

pub(super) unsafe extern "C" fn exchange_mode(mode: *mut c_int) -> Code {
    call(Symbol::cuThreadExchangeStreamCaptureMode, |_| {
        // SAFETY: the caller's place, which holds a mode.
        unsafe { put(mode, thread::exchange_mode(mode.read())) }
    })
}

pub(super) unsafe extern "C" fn instantiate(exec: *mut usize, graph: usize, _flags: u64) -> Code {
    call(Symbol::cuGraphInstantiateWithFlags, |world| {
        let length = *world.graphs.get(&graph).ok_or(INVALID_HANDLE)?;
        let handle = world.handle();
        world.graphs.insert(handle, length);
        // SAFETY: the caller's place.
        unsafe { put(exec, handle) }
    })
}

pub(super) unsafe extern "C" fn launch(exec: usize, stream: usize) -> Code {
    call(Symbol::cuGraphLaunch, |world| {
        world.current()?;
        let length = *world.graphs.get(&exec).ok_or(INVALID_HANDLE)?;
        world.enqueue(stream, length).map(drop)
    })
}

pub(super) unsafe extern "C" fn upload(exec: usize, _stream: usize) -> Code {
    call(Symbol::cuGraphUpload, |world| world.graphs.get(&exec).map(drop).ok_or(INVALID_HANDLE))
}

pub(super) unsafe extern "C" fn destroy(graph: usize) -> Code {
    call(Symbol::cuGraphDestroy, |world| world.graphs.remove(&graph).map(drop).ok_or(INVALID_HANDLE))
}
