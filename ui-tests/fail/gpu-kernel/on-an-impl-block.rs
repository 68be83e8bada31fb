use obs_gpu::{Lane, gpu_kernel};

struct Solver(Lane<'static>);

#[gpu_kernel(stream = self.0)]
impl Solver {
    fn scale(&self) {}
}

fn main() {
    Solver(obs_gpu::Lane::NOWHERE).scale();
}
