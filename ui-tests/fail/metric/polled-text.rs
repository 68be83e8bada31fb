use obs_runtime::metric;

#[metric(gauge, name = "depth")]
fn depth() -> &'static str {
    "deep"
}

fn main() {}
