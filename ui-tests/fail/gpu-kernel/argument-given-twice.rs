use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, bytes = 4, bytes = 8)]
fn f(stream: Lane) {}

fn main() {}
