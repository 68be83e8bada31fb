use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, byte = 4)]
fn f(stream: Lane) {}

fn main() {}
