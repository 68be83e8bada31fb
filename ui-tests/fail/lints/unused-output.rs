#![deny(unused_must_use)]

use obs_runtime::observe;

#[observe]
#[must_use]
async fn f() -> u8 {
    1
}

#[observe]
async fn g() -> u8 {
    1
}

async fn caller() {
    f().await;
    g();
}

fn main() {
    drop(caller());
}
