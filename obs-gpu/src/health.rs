//! Whether a device still computes.

use crate::stream::Stream;
use crate::{device, host};
use obs_runtime::Check;
use std::convert::Infallible;
use std::fmt;
use std::hint::black_box;
use std::sync::atomic::Ordering;

/// A check that a kernel runs and that its answer is right, for [`Builder::health`](obs_runtime::Builder::health).
///
/// `run` launches something small into the stream, waits for it, reads the result back, and says whether it is right. It
/// is called on a thread of its own, a new one each time, so it first makes the device's context the one of its thread
/// (cudarc: `context.bind_to_thread()`). It should use memory that is there already: a device without free memory still
/// computes. The check is called `name-device`, `gpu-0` for instance, and its errors name the device too. A device that
/// timing found lost fails it without being asked.
///
/// A device that hangs makes the check fail after its timeout (two seconds, unless
/// [told otherwise](Check::timeout)). It is not asked again until it answers: however often `/health` is asked, one thread
/// waits for it. The launch queues behind what is in the stream already, so give it one that nothing else uses, of high
/// priority where the device may be behind for longer than the timeout.
///
/// ```
/// # struct Device;
/// # impl Device {
/// #     fn upload(&self, _: &[f32]) -> Result<(), String> { Ok(()) }
/// #     fn saxpy(&self, _: f32) -> Result<(), String> { Ok(()) }
/// #     fn download(&self) -> Result<Vec<f32>, String> { Ok(vec![5.0; 4]) }
/// # }
/// # let (device, stream) = (Device, obs_gpu::host::stream());
/// let check: obs_runtime::Check = obs_gpu::check("gpu", &stream, move || {
///     device.upload(&[1.0; 4])?;
///     device.saxpy(4.0)?; // 4 * 1 + 1
///     Ok::<bool, String>(device.download()? == [5.0; 4])
/// })
/// .critical()
/// .timeout("5s")
/// .degraded_over("250ms");
/// # let _ = check;
/// ```
pub fn check<S: Stream + ?Sized, E: fmt::Display>(
    name: impl fmt::Display,
    stream: &S,
    run: impl Fn() -> Result<bool, E> + Send + Sync + 'static,
) -> Check {
    let state = device::of(stream.lane());
    let device = &*state.label;
    Check::new(format!("{name}-{device}"), move || {
        if state.lost.load(Ordering::Acquire) && !state.gone.load(Ordering::Relaxed) {
            return Err(format!("device {device} is lost"));
        }
        match run() {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!("device {device}: the kernel ran, and its answer is wrong")),
            Err(error) => Err(format!("device {device}: {error}")),
        }
    })
}

/// How many numbers the host's kernel adds up.
const NUMBERS: u16 = 4096;

/// The [check](check()) of the host backend, called `name-host`: `a x + y` in single precision, held against the same in
/// double precision. It takes microseconds, so one that is slow says that the process does not get to run.
///
/// ```
/// let check = obs_gpu::host_check("gpu").timeout("1s").degraded_over("100ms");
/// # let _ = check;
/// ```
pub fn host_check(name: impl fmt::Display) -> Check {
    check(name, &host::stream(), || Ok::<bool, Infallible>(saxpy_is_right()))
}

fn saxpy_is_right() -> bool {
    let x: Vec<f32> = (0..NUMBERS).map(|i| f32::from(i) / 64.0).collect();
    let mut y = vec![0.5_f32; x.len()];
    let a = 1.25_f32;
    let (device_x, device_a) = (black_box(&x), black_box(a));
    for (y, x) in y.iter_mut().zip(device_x) {
        *y += device_a * x;
    }
    let right = |(y, x): (&f32, &f32)| {
        let expected = f64::from(a) * f64::from(*x) + 0.5;
        (f64::from(*y) - expected).abs() <= expected * f64::from(f32::EPSILON)
    };
    black_box(&y).iter().zip(&x).all(right)
}
