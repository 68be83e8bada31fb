use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream)]
const fn f(stream: Lane) {}

fn main() {}
