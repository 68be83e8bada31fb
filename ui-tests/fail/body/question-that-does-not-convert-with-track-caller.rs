use obs_runtime::observe;

struct Failure;

#[observe]
#[track_caller]
fn f(text: &str) -> Result<u8, Failure> {
    let n = text.parse::<u8>()?;
    Ok(n)
}

fn main() {}
