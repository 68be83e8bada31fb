use obs_runtime::observe;

#[observe]
const fn f() -> u8 {
    1
}

// It is still there, and still constant.
const ONE: u8 = f();

fn main() {}
