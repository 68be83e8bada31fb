use obs_gpu::{Lane, Stream, gpu_kernel};

struct Owned(String);

impl Stream for Owned {
    fn lane(&self) -> Lane<'_> {
        Lane::HOST
    }
}

#[gpu_kernel(stream = stream)]
fn f(stream: Owned) -> usize {
    stream.0.len()
}

fn main() {}
