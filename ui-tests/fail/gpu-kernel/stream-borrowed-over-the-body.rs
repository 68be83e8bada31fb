use obs_gpu::{Lane, Stream, gpu_kernel};

struct Owned;

impl Stream for Owned {
    fn lane(&self) -> Lane<'_> {
        Lane::HOST
    }
}

struct Solver {
    stream: Owned,
}

impl Solver {
    #[gpu_kernel(stream = &self.stream)]
    fn step(&mut self) -> Result<(), String> {
        self.stream = Owned;
        Ok(())
    }
}

fn main() {}
