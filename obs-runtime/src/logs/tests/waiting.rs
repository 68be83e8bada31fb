//! What waits to be written, how long, and how much of it.

use crate::logs::output::Output;
use crate::logs::queue::{Lines, Offered, Queue};
use crate::logs::sink::{Target, run};
use std::io::{self, Write};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// So long that what waits for it is not written in this test.
const LONG: Duration = Duration::from_secs(3600);

/// Sends what is written, write by write.
struct Sent(mpsc::Sender<String>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A queue with its thread, and what that writes.
struct Written {
    queue: Arc<Queue>,
    writes: mpsc::Receiver<String>,
    thread: JoinHandle<()>,
}

impl Written {
    fn new(lines: usize, bytes: usize, linger: Duration) -> Written {
        let (sender, writes) = mpsc::channel();
        let queue = Arc::new(Queue::new(lines, bytes, linger));
        let taken = Arc::clone(&queue);
        let thread = thread::spawn(move || run(&taken, Output::Together(Box::new(Sent(sender)))));
        queue.written_by(thread.thread().clone());
        Written { queue, writes, thread }
    }

    fn says(&self, line: &str) {
        assert_eq!(self.queue.offer(line.as_bytes(), false), Offered::Taken);
    }

    /// What is written next.
    fn next(&self) -> String {
        self.writes.recv_timeout(Duration::from_secs(60)).expect("somebody wakes the thread")
    }

    /// The rest.
    fn end(self) -> Vec<String> {
        self.queue.close();
        self.thread.join().unwrap();
        self.writes.iter().collect()
    }
}

#[test]
fn lines_wait_for_each_other_but_not_for_an_error_nor_for_room() {
    let written = Written::new(100, 1 << 20, LONG);
    written.says("one\n");
    written.says("two\n");
    assert_eq!(written.queue.offer(b"an error\n", true), Offered::Taken);
    assert_eq!(written.next(), "one\ntwo\nan error\n");
    written.says("the last\n");
    assert_eq!(written.end(), ["the last\n"]);

    // Half of the lines that there is room for.
    let written = Written::new(100, 1 << 20, LONG);
    let half = "line\n".repeat(50);
    half.split_inclusive('\n').for_each(|line| written.says(line));
    assert_eq!(written.next(), half);
    assert!(written.end().is_empty());

    let written = Written::new(100, 1000, LONG);
    let long = "x".repeat(499) + "\n";
    written.says("short\n");
    written.says(&long);
    assert_eq!(written.next(), format!("short\n{long}"));
    assert!(written.end().is_empty());

    // More than is kept together.
    let written = Written::new(usize::MAX, usize::MAX, LONG);
    let long = "x".repeat(100_000) + "\n";
    written.says("short\n");
    written.says(&long);
    assert_eq!([written.next(), written.next()], ["short\n".to_owned(), long]);
    assert!(written.end().is_empty());
}

#[test]
fn after_a_pause_a_line_is_written_at_once() {
    let written = Written::new(100, 1 << 20, Duration::ZERO);
    for number in 0..100 {
        let line = format!("{number}\n");
        written.says(&line);
        assert_eq!(written.next(), line);
    }
    assert!(written.end().is_empty());
}

#[test]
fn lines_are_bounded_in_number_and_in_bytes_until_they_are_written() {
    // Nobody takes anything by himself.
    let queue = Queue::new(3, 10, LONG);
    let offer = |line: &str| queue.offer(line.as_bytes(), false);
    assert_eq!(offer("eleven...!\n"), Offered::Full);
    assert_eq!([offer("a"), offer("b"), offer("c")], [Offered::Taken; 3]);
    assert_eq!(offer("d"), Offered::Full);
    let waiting = queue.take().unwrap();
    assert_eq!(offer("d"), Offered::Full);
    waiting.into_iter().for_each(|lines| queue.settled(lines));
    assert_eq!(
        [offer("seven.\n"), offer("four"), offer("3.\n")],
        [Offered::Taken, Offered::Full, Offered::Taken]
    );
    queue.close();
    assert_eq!(offer("e"), Offered::Closed);
    let waiting = queue.take().unwrap();
    assert_eq!(waiting.iter().map(Lines::bytes).collect::<Vec<_>>(), [b"seven.\n3.\n"]);
    assert!(queue.take().is_none());
}

#[test]
fn what_was_taken_before_the_end_is_in_the_file_after_it() {
    const THREADS: usize = 4;
    const LINES: usize = 5000;
    let path = std::env::temp_dir().join(format!("obs-logs-end-{}.log", std::process::id()));
    let sink = Target::File(path.clone(), None).open(64, 1 << 20).unwrap();
    let taken: usize = thread::scope(|scope| {
        let says = |thread: usize| {
            let queue = sink.queue();
            scope.spawn(move || {
                let line = |number: usize| format!("{thread} {number:>5}\n");
                let taken = |line: &String| queue.offer(line.as_bytes(), false) == Offered::Taken;
                (0..LINES).map(line).filter(taken).count()
            })
        };
        let threads: Vec<_> = (0..THREADS).map(says).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    drop(sink);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(text.lines().count(), taken);
    let lines: Vec<&str> = text.lines().collect();
    for thread in 0..THREADS {
        let of_thread = lines.iter().filter(|line| line.starts_with(&thread.to_string()));
        assert!(of_thread.clone().all(|line| line.len() == 7) && of_thread.is_sorted(), "{thread}");
    }
}
