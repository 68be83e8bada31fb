use obs_runtime::observe;

#[observe(slo(latency("95%", "25ms")))]
fn f() {}

fn main() {}
