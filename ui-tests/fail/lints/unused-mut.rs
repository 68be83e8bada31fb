#![deny(unused_mut)]

use obs_runtime::observe;

#[observe]
pub fn straight(mut n: u8) -> u8 {
    let mut m = n;
    m
}

#[observe]
pub fn early(mut text: String) -> Result<String, String> {
    if text.is_empty() {
        return Err(text);
    }
    Ok(text)
}

#[observe]
pub async fn later(mut text: String) -> String {
    text
}

fn main() {}
