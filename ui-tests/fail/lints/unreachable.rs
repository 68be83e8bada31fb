#![deny(unreachable_code)]

use obs_runtime::observe;

#[observe]
pub fn straight() -> u8 {
    return 1;
    2
}

#[observe]
pub fn read(n: u8) -> Result<u8, String> {
    panic!();
    Ok(n)
}

#[observe]
pub async fn later(n: u8) -> Result<u8, String> {
    return Ok(n);
    Err(String::new())
}

fn main() {}
