use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel(labels(local: bool))]
static SORT: Kernel = Kernel::new();

fn main() {}
