use obs_gpu::gpu_kernel;

#[gpu_kernel]
static SORT: u64 = 0;

fn main() {}
