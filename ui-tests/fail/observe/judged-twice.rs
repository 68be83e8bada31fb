use obs_runtime::observe;

#[observe(ok_if = |r| r.is_some(), error_if = |r| r.is_none())]
fn f() -> Option<u8> {
    None
}

fn main() {}
