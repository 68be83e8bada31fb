use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, every = "10")]
fn f(stream: Lane) {}

fn main() {}
