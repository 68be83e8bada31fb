use obs_runtime::observe;

#[observe(slo(latency("25ms", "95%"), latency("25ms", "99%")))]
fn f() {}

fn main() {}
