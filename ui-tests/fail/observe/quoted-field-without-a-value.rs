use obs_runtime::observe;

#[observe(fields("http.method"))]
fn f() {}

fn main() {}
