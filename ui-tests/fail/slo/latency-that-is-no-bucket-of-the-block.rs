use obs_runtime::observe;

struct Index;

#[observe(buckets = [0.1, 0.2])]
impl Index {
    #[observe(slo(latency("25ms", "95%")))]
    fn len(&self) -> usize {
        0
    }
}

fn main() {}
