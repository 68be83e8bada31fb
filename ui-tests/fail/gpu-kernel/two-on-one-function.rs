use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream)]
#[gpu_kernel(stream = stream, name = "other")]
fn f(stream: Lane) {}

fn main() {}
