use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, slo(latency("3ms", "99%")))]
fn f(stream: Lane) {}

fn main() {}
