use obs_runtime::observe;

#[observe(crate = ::observability)]
fn f() {}

fn main() {}
