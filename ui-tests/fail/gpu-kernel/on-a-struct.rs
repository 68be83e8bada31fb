use obs_gpu::gpu_kernel;

#[gpu_kernel]
struct Saxpy {
    n: usize,
}

fn main() {
    let _ = Saxpy { n: 1 }.n;
}
