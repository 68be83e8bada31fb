use obs_runtime::observe;

#[observe(slo(success = "99%", min_events = 0))]
fn f() {}

fn main() {}
