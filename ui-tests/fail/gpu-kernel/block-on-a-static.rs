use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel(block = 256)]
static SORT: Kernel = Kernel::new();

fn main() {}
