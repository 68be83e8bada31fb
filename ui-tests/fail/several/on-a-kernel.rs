use obs_gpu::{Kernel, Lane, gpu_kernel};

#[gpu_kernel(strem = stream, bytes, every = 0, labels(kernel = n, tenant = text), slow = "5", grid = )]
fn f(stream: Lane, n: bool, text: String) {}

#[gpu_kernel(stream = stream, bytes = 4, block = 256, labels(local: bool), buckets = "bytes")]
static mut SORT: Kernel = Kernel::new();

fn main() {}
