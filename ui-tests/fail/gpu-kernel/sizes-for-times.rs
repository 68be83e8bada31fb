use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, buckets = "bytes")]
fn f(stream: Lane) {}

fn main() {}
