#![deny(unused_variables)]

use obs_runtime::observe;

#[observe]
pub fn f(n: u8) -> Result<u8, String> {
    let unused = n.checked_add(1).ok_or("too much")?;
    Ok(n)
}

fn main() {}
