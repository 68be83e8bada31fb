use obs_runtime::observe;

#[observe]
fn f(text: &str) -> Result<&str, String> {
    let owned = text.to_owned();
    if owned.is_empty() {
        return Err(owned);
    }
    Ok(&owned)
}

fn main() {}
