use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = strem)]
fn f(stream: Lane) {}

fn main() {}
