use obs_gpu::{Kernel, gpu_kernel};

#[gpu_kernel]
static SORT: (Kernel, u8) = (Kernel::new(), 0);

fn main() {}
