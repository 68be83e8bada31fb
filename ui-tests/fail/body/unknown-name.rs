use obs_runtime::observe;

#[observe]
fn f(list: &[u8]) -> Option<u8> {
    let first = lits.first()?;
    Some(*first)
}

fn main() {}
