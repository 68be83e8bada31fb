use obs_runtime::observe;

#[observe]
fn f<'a, 'b>(a: &'a str, b: &'b str) -> Result<&'a str, String> {
    if a.is_empty() {
        return Ok(b);
    }
    Ok(a)
}

fn main() {}
