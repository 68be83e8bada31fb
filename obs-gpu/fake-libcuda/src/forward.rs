//! Where calls go, decided when the library is loaded.

use crate::symbols::{NAMES, SLOTS, Symbol};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

/// Names the real driver's file: everything is forwarded to it, unless it is this file. So one copy of this library
/// can be the driver, and another count the calls that go to it.
const VARIABLE: &str = "OBS_FORWARD_CUDA";

unsafe extern "C" {
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dladdr(address: *const c_void, about: *mut About) -> c_int;
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
        Some(real) if !is_this(Path::new(&real)) => forward(&real.to_string_lossy()),
        _ => {
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

/// Whether that is the file that this code was loaded from.
fn is_this(path: &Path) -> bool {
    let mut about = About { file: std::ptr::null(), _base: 0, _name: 0, _symbol: 0 };
    // SAFETY: the address is one of this library's; what is written is what `dladdr` is documented to write.
    let known = unsafe { dladdr(loaded as *const c_void, &raw mut about) } != 0 && !about.file.is_null();
    // SAFETY: the name of a loaded file ends in a zero, and stays.
    let file = known.then(|| unsafe { CStr::from_ptr(about.file) }.to_string_lossy());
    // One file can have several names.
    let identity = |path: &Path| std::fs::metadata(path).map(|file| (file.dev(), file.ino())).ok();
    file.is_some_and(|file| identity(Path::new(&*file)) == identity(path))
}

/// `Dl_info`.
#[repr(C)]
struct About {
    file: *const c_char,
    _base: usize,
    _name: usize,
    _symbol: usize,
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
