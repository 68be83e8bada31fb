use obs_runtime::observe;

#[observe]
fn f(list: &mut Vec<u8>) -> Option<u8> {
    let first = list.first_mut()?;
    list.push(1);
    *first = 2;
    Some(*first)
}

fn main() {}
