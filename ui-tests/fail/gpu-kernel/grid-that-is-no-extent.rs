use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, grid = (n, 1, 1))]
fn f(stream: Lane, n: f32) {}

fn main() {}
