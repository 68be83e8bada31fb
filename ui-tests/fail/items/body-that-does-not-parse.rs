use obs_runtime::observe;

#[observe]
fn f() -> Result<u8, String> {
    let n = ;
    Ok(n)
}

fn g() -> Result<u8, String> {
    f()
}

fn main() {}
