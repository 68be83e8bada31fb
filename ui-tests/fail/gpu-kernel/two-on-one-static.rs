use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel]
#[gpu_kernel(name = "other")]
static SORT: Kernel = Kernel::new();

fn main() {}
