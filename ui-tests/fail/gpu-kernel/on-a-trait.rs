use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = self.stream())]
trait Solver {
    fn stream(&self) -> Lane;

    fn scale(&self) {}
}

fn main() {}
