//! With the feature `off`, attributes leave their items as they are, and nothing is counted.

use obs_gpu::{GpuError, Kernel, gpu_kernel};

#[gpu_kernel(stream = obs_gpu::host::stream(), bytes = never(n), labels(odd = never(n) == 1), every = 3)]
fn scale(n: u32) -> Result<u32, GpuError> {
    n.checked_sub(1).ok_or(GpuError::NoDevice)
}

#[gpu_kernel(stream = obs_gpu::host::stream())]
async fn later(n: u32) -> Result<u32, GpuError> {
    scale(n)
}

#[gpu_kernel(items)]
static SORT: Kernel = Kernel::new();

/// What an attribute evaluates, and does not here.
#[allow(dead_code)]
fn never(_: u32) -> u32 {
    panic!("attributes are off")
}

#[test]
fn nothing_is_evaluated_counted_or_linked() {
    assert_eq!((scale(3), scale(0)), (Ok(2), Err(GpuError::NoDevice)));
    drop(later(1));
    SORT.launch(&obs_gpu::host::stream()).items(2.0).finish(&scale(1));
    assert!(obs_runtime::catalogue().kernels.is_empty());
    let families = obs_runtime::snapshot().families;
    let names: Vec<&str> = families.iter().map(|family| &*family.name).collect();
    assert!(!names.iter().any(|name| name.starts_with("gpu_")), "{names:?}");
}
