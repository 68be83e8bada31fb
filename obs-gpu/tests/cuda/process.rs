//! Processes with a script, and what there is in them.

use cudarc::driver::{CudaContext, CudaFunction, CudaStream, LaunchConfig};
use cudarc::nvrtc::Ptx;
use obs_gpu::__private::v1::{Entry, KernelDesc, inventory};
use obs_gpu::Kernel;
use obs_gpu::cuda::Stream;
use obs_runtime::snapshot::Value;
use std::ffi::{CString, c_char};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

/// Names the test that a process is for.
const TEST: &str = "OBS_TEST_ITSELF";

/// Runs the body in a process of its own, whose driver starts with that script.
#[track_caller]
pub(crate) fn with_script(test: &str, script: &str, body: impl FnOnce()) {
    with_variables(test, &[("OBS_FAKE_CUDA", script)], body);
}

/// The same with variables of the environment. Without any, the driver has no script.
#[track_caller]
pub(crate) fn with_variables(test: &str, variables: &[(&str, &str)], body: impl FnOnce()) {
    if let Some(output) = run(test, variables, body) {
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{test}: {}\n{said}\n{complained}", output.status);
        assert!(said.contains("1 passed"), "no test is named {test}: {said}");
    }
}

/// In the process of the test the body, and nothing; before, what that process came to.
fn run(test: &str, variables: &[(&str, &str)], body: impl FnOnce()) -> Option<Output> {
    if std::env::var(TEST).is_ok_and(|name| name == test) {
        body();
        return None;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(TEST, test);
    command.env("LD_LIBRARY_PATH", driver().parent().unwrap());
    command.envs(variables.iter().copied());
    Some(command.output().unwrap())
}

/// The scripted driver's file, under the names that programs look for.
pub(crate) fn driver() -> PathBuf {
    let built = std::env::current_exe().unwrap().with_file_name("libobs_fake_libcuda.so");
    assert!(built.exists(), "{} is built with this test", built.display());
    let folder = built.with_file_name("fake-libcuda");
    std::fs::create_dir_all(&folder).unwrap();
    for name in ["libcuda.so", "libcuda.so.1"] {
        // Whoever comes first makes it; it leads to the same file for all.
        let _ = std::os::unix::fs::symlink(&built, folder.join(name));
    }
    folder.join("libcuda.so.1")
}

/// A word with the script.
pub(crate) fn script(command: &str) -> i64 {
    let library = unsafe { libloading::Library::new("libcuda.so.1") }.unwrap();
    let function =
        unsafe { library.get::<unsafe extern "C" fn(*const c_char) -> i64>(b"obs_fake_cuda") }.unwrap();
    let answer = unsafe { function(CString::new(command).unwrap().as_ptr()) };
    assert!(answer >= 0, "`{command}` is no command");
    // The driver stays loaded, as the real one does.
    std::mem::forget(library);
    answer
}

macro_rules! kernels {
    ($($name:ident: $text:literal, every $every:literal;)*) => {$(
        #[allow(dead_code)] // Not all features need all.
        pub(crate) static $name: Kernel = {
            static DESC: KernelDesc =
                KernelDesc { name: $text, module: "cuda", every: $every, ..KernelDesc::DEFAULT };
            Kernel::described(&DESC)
        };
        inventory::submit! { Entry::kernel(&$name) }
    )*};
}

kernels! {
    SCALE: "scale", every 1;
    OTHER: "other", every 1;
    HARDLY: "hardly", every 1_000_000;
}

/// A context and a kernel that takes as long as the script says.
pub(crate) struct Gpu {
    pub(crate) context: Arc<CudaContext>,
    function: CudaFunction,
}

impl Gpu {
    pub(crate) fn open(ordinal: usize) -> Gpu {
        Gpu::of(CudaContext::new(ordinal).unwrap())
    }

    pub(crate) fn of(context: Arc<CudaContext>) -> Gpu {
        let module = context.load_module(Ptx::from_src(".visible .entry scale()\n{ ret; }")).unwrap();
        let function = module.load_function("scale").unwrap();
        Gpu { context, function }
    }

    pub(crate) fn stream(&self) -> Arc<CudaStream> {
        self.context.new_stream().unwrap()
    }

    /// Whether the driver took it.
    pub(crate) fn launch(&self, stream: &CudaStream) -> bool {
        let config = LaunchConfig { grid_dim: (4, 1, 1), block_dim: (256, 1, 1), shared_mem_bytes: 0 };
        unsafe { stream.launch_builder(&self.function).launch(config) }.is_ok()
    }

    /// An observed launch.
    pub(crate) fn observe(&self, kernel: &'static Kernel, stream: &CudaStream) -> bool {
        let launch = kernel.launch(raw(stream));
        let launched = self.launch(stream);
        if launched {
            drop(launch);
        } else {
            launch.fail();
        }
        launched
    }
}

/// A stream by its handle.
pub(crate) fn raw(stream: &CudaStream) -> Stream {
    unsafe { Stream::from_raw(stream.cu_stream().cast()) }.unwrap()
}

/// Everything is read.
#[track_caller]
pub(crate) fn flush() {
    let left = obs_gpu::flush(Duration::from_secs(10)).pending;
    assert_eq!(left, 0, "timings that nobody read");
}

/// How many timings there are, and their sum in seconds.
pub(crate) fn timings(kernel: &str, device: &str) -> (u64, f64) {
    match value("gpu_kernel_duration_seconds", &[("kernel", kernel), ("device", device)]) {
        Some(Value::Histogram(histogram)) => (histogram.counts.iter().sum(), histogram.sum),
        _ => (0, 0.0),
    }
}

pub(crate) fn number(family: &str, labels: &[(&str, &str)]) -> f64 {
    match value(family, labels) {
        Some(Value::Integer(count)) => count as f64,
        Some(Value::Float(value)) => value,
        _ => 0.0,
    }
}

pub(crate) fn launches(kernel: &str, device: &str, result: &str) -> f64 {
    number("gpu_kernel_launches_total", &[("kernel", kernel), ("device", device), ("result", result)])
}

pub(crate) fn untimed(kernel: &str, device: &str, reason: &str) -> f64 {
    number("gpu_kernel_untimed_total", &[("kernel", kernel), ("device", device), ("reason", reason)])
}

pub(crate) fn is_up(device: &str) -> bool {
    number("gpu_device_up", &[("device", device)]) == 1.0
}

/// Whether anything is said about it.
pub(crate) fn is_told_of(device: &str) -> bool {
    value("gpu_device_up", &[("device", device)]).is_some()
}

/// Until it is thought to be lost, or gone.
#[track_caller]
pub(crate) fn wait_until_down(device: &str) {
    let began = std::time::Instant::now();
    while is_up(device) {
        assert!(began.elapsed() < Duration::from_secs(10), "device {device} is thought to be up");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn value(family: &str, labels: &[(&str, &str)]) -> Option<Value> {
    obs_runtime::snapshot().value(family, labels).cloned()
}
