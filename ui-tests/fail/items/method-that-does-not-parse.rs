use obs_runtime::observe;

struct Index;

#[observe]
impl Index {
    fn len(&self) -> usize {
        self.
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn main() {}
