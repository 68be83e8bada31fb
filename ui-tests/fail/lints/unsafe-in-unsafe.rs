#![deny(unsafe_op_in_unsafe_fn)]

use obs_runtime::observe;

#[observe]
/// # Safety
pub unsafe fn f(n: *const u8) -> Result<u8, String> {
    if n.is_null() {
        return Err(String::new());
    }
    Ok(*n)
}

fn main() {}
