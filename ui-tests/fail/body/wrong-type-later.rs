use obs_runtime::observe;

#[observe]
async fn f(n: u8) -> Result<u8, String> {
    let n = n.checked_add(1).ok_or("too much")?;
    n.to_string()
}

fn main() {}
