use obs_runtime::observe;

unsafe fn dangerous() -> u8 {
    1
}

#[observe]
fn f() -> Result<u8, String> {
    if true {
        return Ok(dangerous());
    }
    Err(String::new())
}

fn main() {}
