use obs_runtime::observe;

#[observe(labels(path = format!("{a}/{b}")))]
fn f(a: u8, b: u8) {}

fn main() {}
