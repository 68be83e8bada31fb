use obs_runtime::observe;

struct Index;

#[observe]
impl Index {
    #[observe]
    const fn len(&self) -> usize {
        0
    }
}

fn main() {}
