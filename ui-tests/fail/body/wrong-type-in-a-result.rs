use obs_runtime::observe;

#[observe]
fn f(n: u8) -> Result<u8, String> {
    if n == 0 {
        return n;
    }
    n.to_string()
}

fn main() {}
