//! Memory, which is the host's. What is copied is copied at once, and takes its time on the stream.

use crate::call::*;
use crate::kernels::copying;
use crate::symbols::Symbol;
use crate::world::World;

pub(super) unsafe extern "C" fn alloc(pointer: *mut usize, bytes: usize) -> Code {
    call(Symbol::cuMemAlloc_v2, |world| {
        world.current()?;
        world.unsafe_while_capturing()?;
        hold(world, pointer, bytes)
    })
}

pub(super) unsafe extern "C" fn alloc_async(pointer: *mut usize, bytes: usize, _stream: usize) -> Code {
    call(Symbol::cuMemAllocAsync, |world| {
        world.current()?;
        hold(world, pointer, bytes)
    })
}

pub(super) unsafe extern "C" fn alloc_host(pointer: *mut usize, bytes: usize, _flags: u32) -> Code {
    call(Symbol::cuMemHostAlloc, |world| {
        world.current()?;
        hold(world, pointer, bytes)
    })
}

fn hold(world: &mut World, pointer: *mut usize, bytes: usize) -> Done {
    if bytes == 0 || bytes > 1 << 30 {
        return Err(if bytes == 0 { INVALID_VALUE } else { 2 });
    }
    let memory = vec![0u64; bytes.div_ceil(8)];
    let address = memory.as_ptr() as usize;
    world.memory.insert(address, memory);
    // SAFETY: the caller's place.
    unsafe { put(pointer, address) }
}

pub(super) unsafe extern "C" fn free(pointer: usize) -> Code {
    call(Symbol::cuMemFree_v2, |world| let_go(world, pointer))
}

pub(super) unsafe extern "C" fn free_async(pointer: usize, _stream: usize) -> Code {
    call(Symbol::cuMemFreeAsync, |world| let_go(world, pointer))
}

pub(super) unsafe extern "C" fn free_host(pointer: usize) -> Code {
    call(Symbol::cuMemFreeHost, |world| let_go(world, pointer))
}

fn let_go(world: &mut World, pointer: usize) -> Done {
    world.current()?;
    world.memory.remove(&pointer).map(drop).ok_or(INVALID_VALUE)
}

pub(super) unsafe extern "C" fn info(free: *mut usize, total: *mut usize) -> Code {
    call(Symbol::cuMemGetInfo_v2, |world| {
        world.current()?;
        let held: usize = world.memory.values().map(|memory| memory.len() * 8).sum();
        // SAFETY: the caller's places.
        unsafe { put(free, (1usize << 30).saturating_sub(held)).and_then(|()| put(total, 1 << 30)) }
    })
}

/// Copies now, and takes its time on a stream if there is one.
fn copy(symbol: Symbol, to: usize, from: usize, bytes: usize, stream: Option<usize>) -> Code {
    call(symbol, |world| {
        world.current()?;
        // SAFETY: both are memory of the caller's, so long as it says.
        unsafe { std::ptr::copy(from as *const u8, to as *mut u8, bytes) };
        stream.map_or(Ok(()), |stream| world.enqueue(stream, copying(bytes)).map(drop))
    })
}

pub(super) unsafe extern "C" fn copy_to_device(to: usize, from: usize, bytes: usize) -> Code {
    copy(Symbol::cuMemcpyHtoD_v2, to, from, bytes, None)
}

pub(super) unsafe extern "C" fn copy_to_host(to: usize, from: usize, bytes: usize) -> Code {
    copy(Symbol::cuMemcpyDtoH_v2, to, from, bytes, None)
}

pub(super) unsafe extern "C" fn copy_on_device(to: usize, from: usize, bytes: usize) -> Code {
    copy(Symbol::cuMemcpyDtoD_v2, to, from, bytes, None)
}

pub(super) unsafe extern "C" fn copy_to_device_async(
    to: usize,
    from: usize,
    bytes: usize,
    stream: usize,
) -> Code {
    copy(Symbol::cuMemcpyHtoDAsync_v2, to, from, bytes, Some(stream))
}

pub(super) unsafe extern "C" fn copy_to_host_async(
    to: usize,
    from: usize,
    bytes: usize,
    stream: usize,
) -> Code {
    copy(Symbol::cuMemcpyDtoHAsync_v2, to, from, bytes, Some(stream))
}

pub(super) unsafe extern "C" fn copy_on_device_async(
    to: usize,
    from: usize,
    bytes: usize,
    stream: usize,
) -> Code {
    copy(Symbol::cuMemcpyDtoDAsync_v2, to, from, bytes, Some(stream))
}

pub(super) unsafe extern "C" fn set(to: usize, value: u8, bytes: usize) -> Code {
    fill(Symbol::cuMemsetD8_v2, to, value, bytes, 0)
}

pub(super) unsafe extern "C" fn set_async(to: usize, value: u8, bytes: usize, stream: usize) -> Code {
    fill(Symbol::cuMemsetD8Async, to, value, bytes, stream)
}

fn fill(symbol: Symbol, to: usize, value: u8, bytes: usize, stream: usize) -> Code {
    call(symbol, |world| {
        world.current()?;
        // SAFETY: it is memory of the caller's, so long as it says.
        unsafe { std::ptr::write_bytes(to as *mut u8, value, bytes) };
        world.enqueue(stream, copying(bytes)).map(drop)
    })
}
