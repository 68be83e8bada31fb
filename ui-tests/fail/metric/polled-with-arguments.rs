use obs_runtime::metric;

#[metric(gauge, name = "depth")]
fn depth(queue: &[u8]) -> usize {
    queue.len()
}

fn main() {}
