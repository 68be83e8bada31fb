use obs_runtime::observe;

#[observe(error_if = |r| r.is_nothing())]
async fn f() -> Option<u8> {
    None
}

fn main() {}
