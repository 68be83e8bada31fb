use obs_runtime::observe;

#[observe(slo(latency("30ms", "95%")))]
fn f() {}

fn main() {}
