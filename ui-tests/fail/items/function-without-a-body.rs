use obs_runtime::observe;

trait Store {
    #[observe]
    fn load(&self) -> u8;
}

struct Memory;

impl Store for Memory {
    fn load(&self) -> u8 {
        1
    }
}

fn main() {}
