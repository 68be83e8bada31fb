use obs_runtime::observe;

struct Index;

#[observe(name = "index", levle = "debug")]
impl Index {
    #[observe(buckets = [2, 1])]
    fn len(&self) -> usize {
        0
    }

    #[observe(ok_if = |r| true)]
    async fn clear(&mut self) {}

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn main() {
    let _ = Index.is_empty();
}
