use obs_runtime::observe;

#[observe(no_metrics, buckets = "fast", labels(flag = flag))]
fn f(flag: bool) {}

fn main() {}
