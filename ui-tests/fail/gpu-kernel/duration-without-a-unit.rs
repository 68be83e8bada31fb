use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, slow = "5")]
fn f(stream: Lane) {}

fn main() {}
