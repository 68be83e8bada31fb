//! A method whose future yields something else than its trait says, and one whose future is not `Send`.

use obs_runtime::observe;
use std::cell::Cell;

trait Shop {
    async fn count(&self) -> u8;
    fn name(&self) -> impl Future<Output = String> + Send;
}

struct Shelf(Cell<u8>);

impl Shop for Shelf {
    #[observe]
    async fn count(&self) -> u16 {
        1
    }

    #[observe]
    async fn name(&self) -> String {
        self.0.get().to_string()
    }
}

fn main() {}
