#![deny(dead_code)]

use obs_runtime::observe;

#[observe]
fn never_called() {}

struct Index;

#[observe]
impl Index {
    fn never_called_either(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
