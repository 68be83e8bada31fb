use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, crate = ::timing)]
fn f(stream: Lane) {}

fn main() {}
