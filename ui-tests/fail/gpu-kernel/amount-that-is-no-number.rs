use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, flops = "many")]
fn f(stream: Lane) {}

fn main() {}
