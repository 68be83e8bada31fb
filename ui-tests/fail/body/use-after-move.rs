use obs_runtime::observe;

#[observe]
fn f(text: String) -> Result<String, String> {
    let moved = text;
    if text.is_empty() {
        return Err(moved);
    }
    Ok(moved)
}

fn main() {}
