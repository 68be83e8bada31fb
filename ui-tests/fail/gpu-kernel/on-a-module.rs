use obs_gpu::gpu_kernel;

#[gpu_kernel]
mod kernels {}

fn main() {}
