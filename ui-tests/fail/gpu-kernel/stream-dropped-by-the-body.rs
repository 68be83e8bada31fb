use obs_gpu::{Lane, Stream, gpu_kernel};

struct Owned(String);

impl Stream for Owned {
    fn lane(&self) -> Lane<'_> {
        Lane::HOST
    }
}

#[gpu_kernel(stream = &stream)]
async fn f(stream: Owned) -> Result<(), String> {
    drop(stream);
    Ok(())
}

fn main() {}
