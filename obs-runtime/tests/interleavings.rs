//! The table of a capped label, and the queue of lines, under a scheduler that tries interleavings, rather than the
//! one that the operating system happens to have.

#[path = "../src/logs/queue.rs"]
mod queue;
#[path = "../src/label/table.rs"]
mod table;

/// What these files find as `crate::sync` here.
mod sync {
    use shuttle::rand::Rng;
    pub(crate) use shuttle::sync::atomic::{AtomicU32, Ordering};
    pub(crate) use shuttle::sync::{Mutex, MutexGuard};
    pub(crate) use shuttle::thread::{Thread, park};
    pub(crate) use std::sync::PoisonError;

    /// The scheduler knows no time: it may be over whenever somebody looks.
    pub(crate) fn park_until(_: std::time::Instant) -> bool {
        shuttle::thread::yield_now();
        shuttle::rand::thread_rng().gen_bool(0.5)
    }

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

use queue::{Offered, Queue};
use shuttle::sync::{Arc, mpsc};
use std::time::Duration;
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

/// Two threads log while a third writes, with room for less than there is.
fn log() {
    const EACH: u8 = 3;
    let queue = Arc::new(Queue::new(4, 5, Duration::from_millis(1)));
    let (lines, written) = mpsc::channel();
    let taken = Arc::clone(&queue);
    let writer = shuttle::thread::spawn(move || {
        while let Some(waiting) = taken.take() {
            for chunk in waiting {
                chunk.bytes().iter().for_each(|line| lines.send(*line).unwrap());
                assert_eq!(chunk.ends().len(), chunk.bytes().len());
                taken.settled(chunk);
            }
        }
    });
    queue.written_by(writer.thread().clone());
    let says = |first: u8| {
        let queue = Arc::clone(&queue);
        shuttle::thread::spawn(move || {
            let lines = first..first + EACH;
            let taken = |line: &u8| queue.offer(&[*line], line.is_multiple_of(2)) == Offered::Taken;
            lines.filter(taken).collect::<Vec<u8>>()
        })
    };
    let threads = [says(b'a'), says(b'p')];
    let taken = threads.map(|thread| thread.join().unwrap());
    // They come without anybody doing more for it. A thread that nobody wakes is a deadlock.
    let mut found: Vec<u8> = (0..taken.concat().len()).map(|_| written.recv().unwrap()).collect();
    let last = queue.offer(b"z", false);
    queue.close();
    assert_eq!(queue.offer(b"late", true), Offered::Closed);
    writer.join().unwrap();
    found.extend(written.iter());
    // What was written a moment ago may take up its room still.
    if last == Offered::Taken {
        assert_eq!(found.pop(), Some(b'z'));
    }
    // Each once, in the order of its thread.
    let (ours, theirs): (Vec<u8>, Vec<u8>) = found.iter().partition(|line| **line < b'p');
    assert_eq!([ours, theirs], taken);
}

#[test]
fn a_line_that_was_taken_is_written_in_every_interleaving() {
    shuttle::check_random(log, 2000);
    shuttle::check_pct(log, 2000, 3);
}
