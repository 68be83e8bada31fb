use obs_runtime::observe;

#[observe(no_span, fields(n), level = "debug")]
fn f(n: u8) {}

fn main() {}
