use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel(items = 4)]
static SORT: Kernel = Kernel::new();

fn main() {}
