use obs_gpu::gpu_kernel;

#[gpu_kernel(stream = n)]
fn f(n: u64) {}

fn main() {}
