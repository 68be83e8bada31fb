use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, grid = (1, 1, 1, 1))]
fn f(stream: Lane) {}

fn main() {}
