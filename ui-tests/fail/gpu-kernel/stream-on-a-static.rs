use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel(stream = stream)]
static SORT: Kernel = Kernel::new();

fn main() {}
