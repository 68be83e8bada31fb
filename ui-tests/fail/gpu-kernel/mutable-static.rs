use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel]
static mut SORT: Kernel = Kernel::new();

fn main() {}
