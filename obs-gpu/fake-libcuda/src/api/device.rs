//! Starting, devices and errors.

use crate::call::*;
use crate::symbols::Symbol;
use std::ffi::{c_char, c_int};

pub(super) unsafe extern "C" fn init(_flags: u32) -> Code {
    call(Symbol::cuInit, |world| {
        world.initialised = world.devices > 0;
        if world.initialised { Ok(()) } else { Err(NO_DEVICE) }
    })
}

pub(super) unsafe extern "C" fn version(version: *mut c_int) -> Code {
    // SAFETY: the caller's place.
    call(Symbol::cuDriverGetVersion, |_| unsafe { put(version, 12_080) })
}

/// Also for the description: the script has no more to say.
pub(super) unsafe extern "C" fn error_name(code: Code, name: *mut *const c_char) -> Code {
    let known = match code {
        0 => c"CUDA_SUCCESS",
        1 => c"CUDA_ERROR_INVALID_VALUE",
        2 => c"CUDA_ERROR_OUT_OF_MEMORY",
        4 => c"CUDA_ERROR_DEINITIALIZED",
        100 => c"CUDA_ERROR_NO_DEVICE",
        201 => c"CUDA_ERROR_INVALID_CONTEXT",
        400 => c"CUDA_ERROR_INVALID_HANDLE",
        700 => c"CUDA_ERROR_ILLEGAL_ADDRESS",
        701 => c"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES",
        709 => c"CUDA_ERROR_CONTEXT_IS_DESTROYED",
        719 => c"CUDA_ERROR_LAUNCH_FAILED",
        803 => c"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        _ => c"CUDA_ERROR_UNKNOWN",
    };
    // SAFETY: the caller's place.
    unsafe { put(name, known.as_ptr()) }.err().unwrap_or(0)
}

pub(super) unsafe extern "C" fn count(count: *mut c_int) -> Code {
    // SAFETY: the caller's place.
    call(Symbol::cuDeviceGetCount, |world| unsafe { put(count, world.devices) })
}

pub(super) unsafe extern "C" fn get(device: *mut c_int, ordinal: c_int) -> Code {
    call(Symbol::cuDeviceGet, |world| {
        world.device(ordinal)?;
        // SAFETY: the caller's place.
        unsafe { put(device, ordinal) }
    })
}

pub(super) unsafe extern "C" fn name(name: *mut c_char, length: c_int, device: c_int) -> Code {
    call(Symbol::cuDeviceGetName, |world| {
        world.device(device)?;
        let text = format!("Fake device {device}\0");
        let length = text.len().min(usize::try_from(length).unwrap_or(0));
        // SAFETY: the caller has room for `length` bytes.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr().cast(), name, length) };
        Ok(())
    })
}

pub(super) unsafe extern "C" fn uuid(uuid: *mut [u8; 16], device: c_int) -> Code {
    call(Symbol::cuDeviceGetUuid, |world| {
        world.device(device)?;
        // SAFETY: the caller's place.
        unsafe { put(uuid, [device as u8; 16]) }
    })
}

pub(super) unsafe extern "C" fn attribute(value: *mut c_int, attribute: c_int, device: c_int) -> Code {
    call(Symbol::cuDeviceGetAttribute, |world| {
        world.device(device)?;
        let known = match attribute {
            // Threads and grid of a launch at most.
            1 | 2 => 1024,
            5..=7 => i32::MAX,
            // 1 GHz, ten multiprocessors of compute capability 8.0: 1.28 TFLOP/s.
            13 => 1_000_000,
            16 => 10,
            75 => 8,
            // 1 GHz by 400 bits: 100 GB/s.
            36 => 1_000_000,
            37 => 400,
            _ => 0,
        };
        // SAFETY: the caller's place.
        unsafe { put(value, known) }
    })
}

pub(super) unsafe extern "C" fn total_memory(bytes: *mut usize, device: c_int) -> Code {
    call(Symbol::cuDeviceTotalMem_v2, |world| {
        world.device(device)?;
        // SAFETY: the caller's place.
        unsafe { put(bytes, 1 << 30) }
    })
}
