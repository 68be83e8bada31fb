use obs_runtime::observe;

#[observe]
fn f(n: u8) -> u8 {
    n.to_string()
}

fn main() {}
