//! Which driver is used, and how its calls are counted.
//!
//! The library inside of this file is put into a folder that goes when we end. obs-gpu loads it in place of the
//! driver; it counts obs-gpu's calls and forwards them. What the checks call themselves goes to the driver directly.
//! Without a real driver, a copy of the same library is the driver.

use crate::Result;
use obs_gpu::cuda::{self, Status};
use std::ffi::{CString, OsStr, c_char, c_int, c_uint};
use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/libcuda.so"));

/// The folder, and what is in it.
#[derive(Debug)]
pub(crate) struct Setting {
    folder: PathBuf,
    driver: Driver,
    /// What the folder leads to where nothing in it can be loaded.
    in_memory: Vec<File>,
}

#[derive(Debug)]
enum Driver {
    Real { path: PathBuf, about: String },
    Fake { why: String },
}

impl Setting {
    /// Finds a driver, and puts the library where it can be loaded.
    ///
    /// # Errors
    ///
    /// That this program was built without the library, or what the system says.
    pub(crate) fn prepare(fake: bool) -> Result<Setting> {
        if LIBRARY.is_empty() {
            return Err("built without its library: `cargo xtask gpu-test` builds all of it".into());
        }
        let folder = std::env::temp_dir().join(format!("obs-gpu-test-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let driver = if fake { Driver::fake("--fake") } else { Driver::find() };
        let mut setting = Setting { folder, driver, in_memory: Vec::new() };
        setting.put(&setting.counting())?;
        if let Driver::Fake { .. } = setting.driver {
            setting.put(&setting.driver())?;
            // Libraries look for the driver by either name; one file is one driver.
            symlink(setting.driver(), setting.folder.join("libcuda.so"))?;
        }
        Ok(setting)
    }

    /// Puts a copy of the library there; if nothing can be loaded from that folder, as where it is mounted `noexec`, a copy
    /// in memory that the name leads to.
    fn put(&mut self, path: &Path) -> Result {
        fs::write(path, LIBRARY)?;
        // SAFETY: it is ours, and does nothing by itself but look at variables that are not set here.
        #[allow(unsafe_code)]
        let loaded = unsafe { libloading::Library::new(path) };
        if loaded.is_err() {
            let file = memory()?;
            (&file).write_all(LIBRARY)?;
            fs::remove_file(path)?;
            symlink(format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd()), path)?;
            self.in_memory.push(file);
        }
        Ok(())
    }

    fn counting(&self) -> PathBuf {
        self.folder.join("counting.so")
    }

    fn driver(&self) -> PathBuf {
        match &self.driver {
            Driver::Real { path, .. } => path.clone(),
            Driver::Fake { .. } => self.folder.join("libcuda.so.1"),
        }
    }

    /// Starts this program again, with these arguments, in the setting. Nothing is counted: it would cost.
    pub(crate) fn spawn<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Child> {
        let mut command = self.command(arguments)?;
        command.env("OBS_CUDA_LIBRARY", self.driver()).spawn().map_err(Into::into)
    }

    /// The same, with obs-gpu's calls counted and the output to read.
    pub(crate) fn spawn_counted<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Child> {
        let mut command = self.command(arguments)?;
        command.env("OBS_CUDA_LIBRARY", self.counting()).env("OBS_FORWARD_CUDA", self.driver());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(Into::into)
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--child").args(arguments);
        if let Driver::Fake { .. } = self.driver {
            command
                .env("LD_LIBRARY_PATH", &self.folder)
                .env(FAKE, "1")
                .env("OBS_FAKE_CUDA", "fault obs_wild 700");
        }
        Ok(command)
    }
}

/// A file without a folder, which goes when it is closed: by us, not by children.
fn memory() -> Result<File> {
    /// `MFD_CLOEXEC`.
    const CLOSED_BY_CHILDREN: c_uint = 1;
    #[allow(unsafe_code)]
    unsafe extern "C" {
        fn memfd_create(name: *const c_char, flags: c_uint) -> c_int;
    }
    // SAFETY: the name ends in a zero; what comes back is nobody else's.
    #[allow(unsafe_code)]
    let file = unsafe {
        match memfd_create(c"obs-gpu-test".as_ptr(), CLOSED_BY_CHILDREN) {
            descriptor @ 0.. => File::from_raw_fd(descriptor),
            _ => return Err(std::io::Error::last_os_error().into()),
        }
    };
    Ok(file)
}

/// Tells a child that its driver is not real.
const FAKE: &str = "OBS_GPU_TEST_FAKE";

/// Whether the device of this process is real.
pub(crate) fn is_real() -> bool {
    std::env::var_os(FAKE).is_none()
}

impl Drop for Setting {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.driver {
            Driver::Real { path, about } => write!(f, "{about} ({})", path.display()),
            Driver::Fake { why } => write!(f, "{why}: everything below is of a fake driver"),
        }
    }
}

impl Driver {
    fn fake(why: impl Into<String>) -> Driver {
        Driver::Fake { why: why.into() }
    }

    fn find() -> Driver {
        match cuda::status() {
            Status::Missing(missing) => Driver::fake(missing.to_string()),
            ready => match loaded() {
                Some(path) => Driver::Real { path, about: ready.to_string() },
                None => Driver::fake("the CUDA driver is loaded, but nobody says from where"),
            },
        }
    }
}

/// The file that the driver was loaded from.
fn loaded() -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let mut files = maps.lines().filter_map(|line| line.split_whitespace().nth(5)).map(Path::new);
    let is_driver =
        |file: &&Path| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libcuda.so"));
    files.find(is_driver).map(Path::to_owned)
}

/// The counts of obs-gpu's calls.
pub(crate) struct Calls {
    library: libloading::Library,
}

impl Calls {
    /// The library that obs-gpu has loaded in this process.
    pub(crate) fn open() -> Result<Calls> {
        let path = std::env::var_os("OBS_CUDA_LIBRARY").ok_or("there is no counting library")?;
        // SAFETY: it is loaded already; nothing runs again.
        #[allow(unsafe_code)]
        let library = unsafe { libloading::Library::new(path) }?;
        Ok(Calls { library })
    }

    /// How often it called anything that waits for a device.
    pub(crate) fn waits(&self) -> Result<i64> {
        self.ask("waits")
    }

    /// How often it called that function.
    pub(crate) fn of(&self, function: &str) -> Result<i64> {
        self.ask(&format!("calls {function}"))
    }

    fn ask(&self, question: &str) -> Result<i64> {
        let question = CString::new(question)?;
        // SAFETY: the library is ours, and its function has this type.
        #[allow(unsafe_code)]
        let answer = unsafe {
            let ask = self.library.get::<unsafe extern "C" fn(*const c_char) -> i64>(b"obs_fake_cuda")?;
            ask(question.as_ptr())
        };
        if answer < 0 { Err(format!("{question:?} is no question").into()) } else { Ok(answer) }
    }
}
