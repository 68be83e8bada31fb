//! NVIDIA's devices, through the driver that is loaded when the program runs.
//!
//! Nothing of CUDA is needed to build or to start: without a driver, [`status`] says so in one line, and the program
//! goes on. The driver is what the system finds as `libcuda.so.1` (`nvcuda.dll` on Windows), or the file that the
//! environment variable `OBS_CUDA_LIBRARY` names, or the one given to [`Driver::load_from`].
//!
//! Kernels are timed with events of the driver. None of its functions that wait for a device is ever called: they
//! are not even looked up.
//!
//! | stream | comes as |
//! |---|---|
//! | of `cudarc` | `cudarc::driver::CudaStream`, with feature `cudarc` |
//! | of `cust` | `cust::stream::Stream`, with feature `cust` |
//! | of C or C++, or of any other library | [`Stream::from_raw`] |
//!
//! # `cust`
//!
//! `cust` is linked to the driver, unlike everything else here: with feature `cust`, a program without `libcuda.so.1` does
//! not start. To build it, `cust` wants `CUDA_LIBRARY_PATH` to name a folder with `lib64/libcuda.so`; other variables
//! it does not heed on Linux. A CUDA toolkit has a stub of the driver for that:
//!
//! ```console
//! $ mkdir -p target/cuda/lib64
//! $ ln -s /usr/local/cuda/lib64/stubs/libcuda.so target/cuda/lib64/
//! $ CUDA_LIBRARY_PATH=$PWD/target/cuda cargo build --features obs-gpu/cust
//! ```
//!
//! Without a toolkit, any library does that has the driver's functions and its name inside. This repository builds one for
//! its tests, as `cargo xtask test --only cust` shows.
//!
//! # Contexts
//!
//! Every CUDA context is a device to this crate, from the first launch into it on: that one waits a few milliseconds
//! for the events to be made. No other waits for it; those that go there meanwhile are not timed (`pool`). Its label is
//! the ordinal of the device that it is on; further contexts on one device at the same time are `0.2`, `0.3` and so on.
//! A context that the program let go of leaves its place, its label and its counts to the next one on its device: a
//! program that makes its context anew each minute has one device all the time. Where timing finds it gone before that,
//! its `gpu_device_up` is exported no longer.
//!
//! The driver wants nobody to call it about a context while that is destroyed. Who sees to that depends on the stream:
//!
//! | stream | its context is there because |
//! |---|---|
//! | of `cudarc` | a launch has the `Arc` of its context until its timing is read |
//! | of `cust` | a launch has a part in the device's primary context until then, as each `cust::context::Context` has; in other contexts, those of `cust::context::legacy`, nothing is timed |
//! | by its handle | whoever made it [says so](Stream::from_raw) |
//!
//! So a context outlives its last owner by as long as it takes to read what was launched into it: a millisecond or two
//! after the work is done. With a driver before CUDA 12, which does not tell one context from a later one, a primary
//! context is kept for as long as the program runs, and in others of `cudarc` nothing is timed.
//! `cuDevicePrimaryCtxReset`, which heeds no owners, is called after [`flush`](crate::flush) only. That one, and
//! keeping a handle for longer than its context, are unsafe in both libraries.
//!
//! Green contexts, which are parts of a device, can be the context of one thread at a time only, so that nothing is timed in
//! their streams.
//!
//! # Per-thread default streams
//!
//! The handle 2 means another stream in each thread, and they are read each by itself. A launch that ends on another thread
//! than it began on, as one of a future may, is counted there as untimed, with the reason `moved`.

mod context;
mod contexts;
mod fault;
mod ffi;
mod library;
mod missing;
mod properties;
#[cfg(feature = "cudarc")]
mod shared;
mod stream;

pub use missing::Missing;
pub use stream::Stream;
#[cfg(feature = "cudarc")]
pub(crate) use stream::lane_of_shared;
#[cfg(feature = "cust")]
pub(crate) use stream::{Retained, lane_of_counted};

use ffi::{Code, Functions};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Names another file as the driver.
const VARIABLE: &str = "OBS_CUDA_LIBRARY";

/// NVIDIA's driver, once it is loaded. There is one in a process.
#[derive(Debug)]
pub struct Driver {
    functions: Functions,
}

/// The one, once it is there.
static LOADED: OnceLock<Driver> = OnceLock::new();

/// Why it is not there. It is not looked for again: what is not installed at one launch is not at the next.
static MISSING: Mutex<Option<Missing>> = Mutex::new(None);

impl Driver {
    /// The driver, loaded at the first call. Costs a file or two to read then, and nothing later.
    ///
    /// # Errors
    ///
    /// Why there is none. That is logged at the first call.
    pub fn load() -> Result<&'static Driver, Missing> {
        match LOADED.get() {
            Some(driver) => Ok(driver),
            None => {
                let named = std::env::var_os(VARIABLE).filter(|name| !name.is_empty());
                // SAFETY: the system's driver, or what whoever set the variable says is one.
                #[allow(unsafe_code)]
                unsafe {
                    load(&named.unwrap_or_else(|| OsString::from(library::NAME)), false)
                }
            }
        }
    }

    /// The driver at that path, unless one was loaded before: then that one.
    ///
    /// # Errors
    ///
    /// Why it cannot be used. That is logged.
    ///
    /// # Safety
    ///
    /// The file is NVIDIA's driver, or a library with the same functions. If other parts of the program use CUDA, it
    /// is the same that they use.
    #[allow(unsafe_code)]
    pub unsafe fn load_from(path: impl AsRef<Path>) -> Result<&'static Driver, Missing> {
        // SAFETY: by the caller's word.
        unsafe { load(path.as_ref().as_os_str(), true) }
    }

    /// The version of CUDA that it supports at most.
    #[must_use]
    pub fn version(&self) -> Version {
        Version(self.functions.driver_version().unwrap_or_default())
    }

    /// How many devices it sees. Starts the driver, which can take a second.
    ///
    /// # Errors
    ///
    /// Why it does not start, or that there is none.
    pub fn devices(&self) -> Result<u32, Missing> {
        let count = self.functions.init().and_then(|()| self.functions.device_count());
        match count.map(u32::try_from) {
            Ok(Ok(count)) if count > 0 => Ok(count),
            Ok(_) | Err(fault::NO_DEVICE) => Err(Missing::Device),
            Err(code) => Err(Missing::Refused { error: self.error_name(code) }),
        }
    }

    fn error_name(&self, code: Code) -> String {
        self.functions.error_name(code).unwrap_or_else(|| format!("error {code}"))
    }
}

/// Loads it if none is loaded; `again` even though it failed before.
///
/// # Safety
///
/// As of [`library::open`].
#[allow(unsafe_code)]
unsafe fn load(name: &OsStr, again: bool) -> Result<&'static Driver, Missing> {
    let mut missing = MISSING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(driver) = LOADED.get() {
        return Ok(driver);
    }
    if let Some(missing) = missing.as_ref().filter(|_| !again) {
        return Err(missing.clone());
    }
    // SAFETY: by the caller's word.
    match unsafe { library::open(name) } {
        Ok(functions) => Ok(LOADED.get_or_init(|| Driver { functions })),
        Err(why) => {
            log(&why);
            *missing = Some(why.clone());
            Err(why)
        }
    }
}

/// Says once why nothing is timed on NVIDIA's devices, and that launches on the host are there instead.
fn log(missing: &Missing) {
    crate::host::instead();
    tracing::warn!(target: "obs", "{missing}; nothing is timed on NVIDIA's devices");
}

/// How it is about NVIDIA's devices.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// The driver is there, and so are devices.
    Ready {
        /// The version of CUDA that it supports at most.
        driver: Version,
        /// How many there are.
        devices: u32,
    },
    /// Kernels cannot be timed there.
    Missing(Missing),
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Ready { driver, devices: 1 } => write!(f, "CUDA {driver}, one device"),
            Status::Ready { driver, devices } => write!(f, "CUDA {driver}, {devices} devices"),
            Status::Missing(missing) => missing.fmt(f),
        }
    }
}

/// How it is about NVIDIA's devices: loads the driver if need be, starts it, and counts. The first time that there
/// is nothing to time with, one line is logged.
///
/// ```
/// use obs_gpu::cuda::{self, Status};
///
/// match cuda::status() {
///     Status::Ready { devices, .. } => println!("on {devices} devices"),
///     none => println!("{none}: on the processor"),
/// }
/// ```
#[must_use]
pub fn status() -> Status {
    static LOGGED: OnceLock<()> = OnceLock::new();
    let driver = match Driver::load() {
        Ok(driver) => driver,
        Err(missing) => return Status::Missing(missing),
    };
    match driver.devices() {
        Ok(devices) => Status::Ready { driver: driver.version(), devices },
        Err(missing) => {
            LOGGED.get_or_init(|| log(&missing));
            Status::Missing(missing)
        }
    }
}

/// A version of CUDA, such as 12.8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i32);

impl Version {
    /// 12 of 12.8.
    #[must_use]
    pub fn major(self) -> i32 {
        self.0 / 1000
    }

    /// 8 of 12.8.
    #[must_use]
    pub fn minor(self) -> i32 {
        self.0 % 1000 / 10
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major(), self.minor())
    }
}
