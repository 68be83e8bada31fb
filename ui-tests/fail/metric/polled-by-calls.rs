use obs_runtime::metric;

#[metric(gauge, name = "depth", labels(flag = true), when = "ok")]
fn depth() -> usize {
    1
}

fn main() {}
