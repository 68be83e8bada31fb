use obs_runtime::observe;

#[observe]
async fn f(n: u8) -> u8 {
    n.to_string()
}

fn main() {}
