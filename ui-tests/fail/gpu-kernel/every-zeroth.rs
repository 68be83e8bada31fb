use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, every = 0)]
fn f(stream: Lane) {}

fn main() {}
