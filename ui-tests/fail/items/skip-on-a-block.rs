use obs_runtime::observe;

struct Index;

#[observe(skip)]
impl Index {
    fn len(&self) -> usize {
        0
    }
}

fn main() {}
