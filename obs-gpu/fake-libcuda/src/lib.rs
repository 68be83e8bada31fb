//! NVIDIA's driver for tests, as a library with its name and its functions.
//!
//! Every function of the driver is here, counts its calls, and goes on to one of three:
//!
//! - a device that follows a script: the default, see [`control`];
//! - the real driver, when `OBS_FORWARD_CUDA` names its file: for counting what a program asks of it;
//! - a refusal, code 34, if the script knows nothing of it.
//!
//! A program loads it as `libcuda.so.1`, by `LD_LIBRARY_PATH` or, with obs-gpu, by `OBS_CUDA_LIBRARY`.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
// It is nothing but a foreign interface: each function is one that C calls, with C's pointers.
#![allow(unsafe_code, clippy::missing_safety_doc)]

mod api;
mod call;
pub mod control;
mod forward;
mod kernels;
mod names;
mod script;
mod symbols;
mod thread;
mod timeline;
mod world;
