use obs_runtime::observe;

struct Index;

#[observe]
impl Index {
    #[observe(skip, level = "debug")]
    fn len(&self) -> usize {
        0
    }
}

fn main() {}
