use obs_runtime::observe;

struct Opaque;

#[observe(fields(value = %value))]
fn f(value: &Opaque) {}

fn main() {}
