use obs_runtime::observe;

#[observe(slo(latency("25ms")))]
fn f() {}

fn main() {}
