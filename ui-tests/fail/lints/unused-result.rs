#![deny(unused_must_use)]

use obs_runtime::observe;

#[observe]
pub fn f() -> Result<(), String> {
    g();
    Ok(())
}

#[observe]
#[must_use]
pub fn g() -> u8 {
    1
}

#[observe]
pub async fn h() -> Result<(), String> {
    h2();
    f();
    Ok(())
}

#[observe]
pub async fn h2() {}

fn main() {}
