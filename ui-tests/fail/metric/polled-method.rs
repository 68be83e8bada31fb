use obs_runtime::metric;

struct Queue;

impl Queue {
    #[metric(gauge, name = "depth")]
    fn depth() -> usize {
        1
    }
}

fn main() {}
