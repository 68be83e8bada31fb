use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel]
const SORT: Kernel = Kernel::new();

fn main() {}
