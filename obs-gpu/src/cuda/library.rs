//! Loading the driver when the program runs.

#![allow(unsafe_code)]

use super::ffi::{Functions, Symbol};
use super::missing::Missing;
use libloading::Library;
use std::ffi::OsStr;
use std::path::Path;

/// What the driver is called.
pub(super) const NAME: &str = if cfg!(windows) { "nvcuda.dll" } else { "libcuda.so.1" };

/// Loads a library that stays loaded, and finds what is needed in it.
///
/// # Safety
///
/// The library is NVIDIA's driver, or has functions of the same names and arguments.
pub(super) unsafe fn open(name: &OsStr) -> Result<Functions, Missing> {
    // SAFETY: what runs when it is loaded is the driver's own, by the caller's word.
    let library = unsafe { Library::new(name) };
    let library = library.map_err(|error| Missing::Library { why: said(name, &error) })?;
    // Threads of the driver's, and ours, call into it until the process ends.
    let library: &'static Library = Box::leak(Box::new(library));
    let symbol = |name: &str| {
        // SAFETY: only the address is taken; `Functions` gives it its type.
        let found = unsafe { library.get::<*mut std::ffi::c_void>(name.as_bytes()) }.ok()?;
        Symbol::new(*found)
    };
    // SAFETY: by the caller's word, the names are those of the driver's functions; the library is never unloaded.
    unsafe { Functions::find(symbol) }.map_err(|function| Missing::Function { function })
}

/// What the system says, which names the library already more often than not.
fn said(name: &OsStr, error: &libloading::Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string);
    let said = source.unwrap_or_else(|| error.to_string());
    let file = Path::new(name).display().to_string();
    if said.contains(&file) { said } else { format!("{file}: {said}") }
}
