use obs_runtime::observe;

struct Index;

#[observe(name = "index")]
impl Index {
    fn len(&self) -> usize {
        0
    }
}

fn size(index: &Index) -> usize {
    index.len()
}

fn main() {}
