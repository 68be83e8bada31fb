use obs_runtime::observe;

#[observe(buckets = [0.1, 0.2], slo(latency("25ms", "95%")))]
fn f() {}

fn main() {}
