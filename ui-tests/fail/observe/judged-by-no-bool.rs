use obs_runtime::observe;

#[observe(ok_if = |r| r.len())]
fn f() -> Vec<u8> {
    Vec::new()
}

fn main() {}
