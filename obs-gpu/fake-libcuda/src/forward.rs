//! Where calls go, decided when the library is loaded.

use crate::symbols::{NAMES, SLOTS, Symbol};
use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::atomic::Ordering::Relaxed;

/// Names the real driver's file: everything is forwarded to it.
const VARIABLE: &str = "OBS_FORWARD_CUDA";

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn atexit(function: extern "C" fn()) -> c_int;
}

const RTLD_NOW: c_int = 2;

/// `CUDA_ERROR_STUB_LIBRARY`: the script knows nothing of the function.
extern "C" fn unscripted() -> c_int {
    34
}

/// `CUDA_ERROR_NOT_FOUND`: the real driver has no such function.
extern "C" fn not_there() -> c_int {
    500
}

#[used]
#[unsafe(link_section = ".init_array")]
static LOADED: extern "C" fn() = loaded;

/// Runs when the library is loaded.
extern "C" fn loaded() {
    match std::env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
        Some(real) => forward(&real.to_string_lossy()),
        None => {
            for slot in &SLOTS {
                slot.store(unscripted as *mut (), Relaxed);
            }
            crate::api::fill(|symbol, function| SLOTS[symbol as usize].store(function, Relaxed));
            // SAFETY: what is called then only sets a mark.
            unsafe { atexit(ended) };
            crate::script::from_environment();
        }
    }
}

/// Runs when the process ends; other threads may still call.
extern "C" fn ended() {
    crate::call::ENDED.store(true, Relaxed);
}

fn forward(real: &str) {
    let path = CString::new(real).unwrap_or_default();
    // SAFETY: the path ends in a zero; what loading it runs is the driver's own.
    let library = unsafe { dlopen(path.as_ptr(), RTLD_NOW) };
    if library.is_null() {
        eprintln!("fake libcuda: {VARIABLE}={real} cannot be loaded; every call is answered with 500");
    }
    for (name, symbol) in NAMES {
        let slot = &SLOTS[*symbol as usize];
        slot.store(find(library, name).unwrap_or(not_there as *mut ()), Relaxed);
    }
}

fn find(library: *mut c_void, name: &str) -> Option<*mut ()> {
    let name = CString::new(name).ok()?;
    // SAFETY: the library is loaded for good, or null, which is asked for nothing.
    let found = (!library.is_null()).then(|| unsafe { dlsym(library, name.as_ptr()) })?;
    (!found.is_null()).then_some(found.cast())
}

/// The symbol of that name, with or without the number of its version.
pub(crate) fn symbol(name: &str) -> Option<Symbol> {
    let exact = NAMES.iter().find(|(known, _)| *known == name);
    exact
        .or_else(|| NAMES.iter().find(|(known, _)| known.strip_suffix("_v2") == Some(name)))
        .map(|(_, symbol)| *symbol)
}
