use obs_runtime::observe;

#[observe]
fn f(n: u8) -> Result<u8, String> {
    let n = u8::try_from(u32::from(n)).map_err(|e| e.to_string())?;
    Ok(n);
}

fn main() {}
