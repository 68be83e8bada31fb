use obs_runtime::observe;

#[observe(ok_if = |r| true)]
fn f() {}

fn main() {}
