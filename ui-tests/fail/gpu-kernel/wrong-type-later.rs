use obs_gpu::{Lane, gpu_kernel};

#[gpu_kernel(stream = stream)]
async fn f(stream: Lane<'_>, n: u8) -> Result<u8, String> {
    let n = n.checked_add(1).ok_or("too much")?;
    Ok(n.to_string())
}

fn main() {}
