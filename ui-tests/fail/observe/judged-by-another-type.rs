use obs_runtime::observe;

#[observe(ok_if = |r: &String| r.is_empty())]
fn f() -> Option<u8> {
    None
}

fn main() {}
