use obs_runtime::observe;

#[observe(slo(succes = "99%", latency("25", "95%"), latency("30ms", "95%"), window = "1m", min_events = -1))]
fn f() {}

fn main() {
    f();
}
