use obs_runtime::observe;

#[observe]
async fn f(n: u8) -> Result<u8, String> {
    Ok(n.to_string())
}

fn main() {}
