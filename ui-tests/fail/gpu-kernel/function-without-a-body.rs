use obs_gpu::gpu_kernel;

trait Solver {
    #[gpu_kernel(stream = self)]
    fn scale(&self);
}

fn main() {}
