use obs_runtime::observe;

struct Opaque;

#[observe(fields(value))]
fn f(value: &Opaque) {}

fn main() {}
