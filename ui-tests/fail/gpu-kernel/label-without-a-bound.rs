use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream, labels(tenant = tenant))]
fn f(stream: Lane, tenant: &str) {}

fn main() {}
