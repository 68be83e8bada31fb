use obs_runtime::metric;

#[metric(gauge, name = "depth")]
async fn depth() -> usize {
    1
}

fn main() {}
