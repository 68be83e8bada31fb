use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(bytes = 4)]
fn f(stream: Lane) {}

fn main() {}
