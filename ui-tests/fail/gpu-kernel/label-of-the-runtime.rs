use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, labels(device = local))]
fn f(stream: Lane, local: bool) {}

fn main() {}
