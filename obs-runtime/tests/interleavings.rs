//! The table of a capped label under a scheduler that tries interleavings, rather than the one that the
//! operating system happens to have.

#[path = "../src/label/table.rs"]
mod table;

/// What `table.rs` finds as `crate::sync` here.
mod sync {
    pub(crate) use shuttle::sync::Mutex;
    pub(crate) use shuttle::sync::atomic::{AtomicU32, Ordering};

    /// A cell with a point before each look where the scheduler may turn to another thread.
    #[derive(Debug)]
    pub(crate) struct OnceLock<T>(std::sync::OnceLock<T>);

    impl<T> OnceLock<T> {
        pub(crate) fn new() -> Self {
            OnceLock(std::sync::OnceLock::new())
        }

        pub(crate) fn get(&self) -> Option<&T> {
            shuttle::thread::yield_now();
            self.0.get()
        }

        pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
            shuttle::thread::yield_now();
            self.0.get_or_init(make)
        }
    }
}

use shuttle::sync::Arc;
use table::Table;

/// Three threads ask for overlapping strings, two more than there is room for.
fn race() {
    let table = Arc::new(Table::new(2));
    let ask = |texts: [&'static str; 3]| {
        let table = Arc::clone(&table);
        shuttle::thread::spawn(move || texts.map(|text| (text, table.index(text))))
    };
    let threads = [ask(["a", "b", "c"]), ask(["b", "a", "d"]), ask(["c", "d", "a"])];
    let answers: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();

    // Exactly the room there is was given out, and each number has one string for ever.
    let mut kept: Vec<u32> = ["a", "b", "c", "d"].iter().filter_map(|text| table.index(text)).collect();
    kept.sort_unstable();
    assert_eq!(kept, [0, 1]);
    for (text, answer) in answers {
        assert_eq!(answer, table.index(text), "{text} changed its number");
        if let Some(index) = answer {
            assert_eq!(table.text(index).as_deref(), Some(text));
        }
    }
}

#[test]
fn a_string_has_one_number_in_every_interleaving() {
    shuttle::check_random(race, 2000);
    shuttle::check_pct(race, 2000, 3);
}
