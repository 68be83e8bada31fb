use obs_runtime::metric;

#[metric(counter, name = "function_calls_total")]
fn f() {}

fn main() {}
