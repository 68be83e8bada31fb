use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, bytes)]
fn f(stream: Lane) {}

fn main() {}
