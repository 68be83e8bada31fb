//! With the feature `off`, nothing is counted. What only an attribute's expressions name is neither unused nor run.
#![deny(warnings, unused)]

use obs_gpu::{GpuError, Kernel, gpu_kernel};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

#[gpu_kernel(stream = obs_gpu::host::stream(), bytes = never(n), labels(odd = never(n) == 1), every = 3)]
fn scale(n: u32) -> Result<u32, GpuError> {
    n.checked_sub(1).ok_or(GpuError::NoDevice)
}

#[gpu_kernel(stream = obs_gpu::host::stream())]
async fn later(n: u32) -> Result<u32, GpuError> {
    scale(n)
}

/// What each of the arguments takes, each from a parameter that nothing else uses.
#[gpu_kernel(
    stream = stream_of(a), bytes = 8 * never(b), flops = f64::from(never(c)), items = never(d),
    grid = (never(e), 1, 1), block = never(f), labels(tenant = capped(shown(tenant), 5)), slow = "5ms"
)]
#[allow(clippy::too_many_arguments)]
fn all_at_once(a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, tenant: &str) {}

#[gpu_kernel(stream = stream_of(length), items = text.len(), labels(odd = never(length) == 1))]
async fn awaited(text: String, length: u32) -> Result<u32, GpuError> {
    Ok(7)
}

#[gpu_kernel(stream = stream_of(length), items = length)]
fn boxed<'a>(text: &'a str, length: u32) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
    Box::pin(async { text.len() })
}

struct Queue<T>(T);

impl<T: Copy + Into<f64>> Queue<T> {
    #[gpu_kernel(stream = obs_gpu::host::stream(), flops = times * self.0.into())]
    fn run(&mut self, times: f64) -> Option<&mut T> {
        Some(&mut self.0)
    }
}

fn stream_of(n: u32) -> obs_gpu::host::HostStream {
    never(n);
    obs_gpu::host::stream()
}

fn shown(text: &str) -> String {
    never(0);
    text.to_owned()
}

#[gpu_kernel]
static UNUSED: Kernel = Kernel::new();

#[gpu_kernel(items)]
static SORT: Kernel = Kernel::new();

/// What an attribute evaluates, and does not here.
fn never(_: u32) -> u32 {
    panic!("attributes are off")
}

#[test]
fn nothing_is_evaluated_counted_or_linked() {
    assert_eq!((scale(3), scale(0)), (Ok(2), Err(GpuError::NoDevice)));
    drop(later(1));
    all_at_once(1, 2, 3, 4, 5, 6, "");
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(pin!(awaited(String::new(), 1)).poll(&mut context), Poll::Ready(Ok(7)));
    assert_eq!(boxed("ab", 1).as_mut().poll(&mut context), Poll::Ready(2));
    assert_eq!(Queue(1.0).run(2.0), Some(&mut 1.0));
    SORT.launch(&obs_gpu::host::stream()).items(2.0).finish(&scale(1));
    assert!(obs_runtime::catalogue().kernels.is_empty());
    let families = obs_runtime::snapshot().families;
    let names: Vec<&str> = families.iter().map(|family| &*family.name).collect();
    assert!(!names.iter().any(|name| name.starts_with("gpu_")), "{names:?}");
}
