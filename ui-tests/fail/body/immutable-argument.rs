use obs_runtime::observe;

#[observe]
fn f(list: Vec<u8>) -> Result<Vec<u8>, String> {
    list.push(1);
    if list.is_empty() {
        return Err(String::new());
    }
    Ok(list)
}

fn main() {}
