#![deny(unused_variables)]

use obs_runtime::observe;

#[observe]
pub fn straight(used: u8, unused: String) -> u8 {
    used
}

#[observe]
pub fn early(used: u8, unused: String) -> Result<u8, String> {
    let n = used.checked_add(1).ok_or("too much")?;
    Ok(n)
}

#[observe(labels(used = used > 1))]
pub async fn later(used: u8, unused: String) -> u8 {
    used
}

fn main() {}
