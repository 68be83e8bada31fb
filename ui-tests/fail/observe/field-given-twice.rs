use obs_runtime::observe;

#[observe(fields(id = 1, id = 2))]
fn f() {}

fn main() {}
