use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel]
static SORT: Kernel = Kernel::default();

fn main() {}
