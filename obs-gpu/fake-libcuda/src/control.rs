//! The one function that the real driver does not have: a word with the script.
//!
//! | command | what it does, or its answer |
//! |---|---|
//! | `devices N` | so many devices; 1 unless said otherwise |
//! | `clock virtual`, `clock real` | whose time it is; real unless said otherwise |
//! | `advance SECONDS` | moves virtual time on |
//! | `latency SECONDS` | from a launch to its start on an idle device; 2 µs unless said otherwise |
//! | `kernel NAME SECONDS` | how long a kernel takes; 10 µs unless said otherwise |
//! | `fault NAME CODE` | the kernel ends with that error, which stays |
//! | `refuse FUNCTION CODE [TIMES]` | the function fails, always or so many times; `TIMES` 0 ends it |
//! | `slow FUNCTION SECONDS` | the function takes so long, for its caller alone |
//! | `lose CODE` | every context is lost, now |
//! | `green` | every stream is one of a green context, a part of a device |
//! | `calls FUNCTION` | how often it was called |
//! | `waits` | how often anything was called that waits for a device |
//! | `stale` | how often an event was used that went with its context |
//! | `now` | the device's time in nanoseconds |
//! | `forget` | all counts are zero |
//!
//! The environment variable `OBS_FAKE_CUDA` holds commands to start with, with `;` between them. When calls are
//! forwarded, only those about counts do anything.
//!
//! Kernels are known by their entries in a module's PTX. Those of `obs-gpu-test` are understood: `obs_spin` takes its
//! clock cycles at 1 GHz; `obs_saxpy` and `obs_copy` do their work, on the host's memory, and take the time of 100 GB/s.
//! All others do nothing, and take their time.

use std::ffi::{CStr, c_char};

/// Runs a command; −1 if it is none.
///
/// # Safety
///
/// The command ends in a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn obs_fake_cuda(command: *const c_char) -> i64 {
    // SAFETY: the caller says that it ends in a zero.
    let command = unsafe { CStr::from_ptr(command) };
    command.to_str().ok().and_then(crate::script::run).unwrap_or(-1)
}
