use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream)]
fn f(stream: Lane, text: String) -> Result<String, String> {
    drop(text);
    Ok(text)
}

fn main() {}
