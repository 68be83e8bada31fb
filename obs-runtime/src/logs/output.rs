//! Writing lines, and finding out which were not.

use super::queue::Lines;
use super::rotate::Rotating;
use std::io::{self, ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where the thread writes.
pub(super) enum Output {
    /// What gets a line at a time, and may make a message of each.
    Each(Box<dyn Write + Send>),
    /// What gets as many as there are.
    Together(Box<dyn Write + Send>),
    Files(Box<Rotating>),
}

impl Output {
    /// Writes lines, each as far as it can be, and says how many could not be written. After part of one, its end
    /// is tried all the same: what follows is a line of its own.
    pub(super) fn write(&mut self, lines: &Lines) -> u64 {
        let (bytes, ends) = (lines.bytes(), lines.ends());
        let start = |line: usize| if line == 0 { 0 } else { ends[line - 1] };
        let (mut line, mut at, mut failed) = (0, 0, 0);
        // The end of a line that failed is no line.
        let mut torn = false;
        while line < ends.len() {
            let to = self.together(&ends[line..], at, at > start(line));
            match to.and_then(|to| self.attempt(&bytes[at..to])) {
                Ok(written) => {
                    at += written;
                    while line < ends.len() && ends[line] <= at {
                        line += 1;
                        torn = false;
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => {
                    failed += u64::from(!torn);
                    torn = !torn && at > start(line);
                    at = if torn { ends[line] - 1 } else { ends[line] };
                    line += usize::from(!torn);
                }
            }
        }
        failed
    }

    /// Where what is written at once ends: at the end of one of these lines, the first of which may have `begun`.
    fn together(&mut self, ends: &[usize], at: usize, begun: bool) -> io::Result<usize> {
        let (first, last) = (ends[0], ends[ends.len() - 1]);
        match self {
            Output::Together(_) => Ok(last),
            // A line is in one file.
            Output::Each(_) => Ok(first),
            Output::Files(_) if begun => Ok(first),
            Output::Files(files) => {
                let room = guarded(|| files.room(first - at))?;
                let fit = ends.partition_point(|end| (end - at) as u64 <= room);
                // One that is too large for any file has one to itself.
                Ok(ends[fit.max(1) - 1])
            }
        }
    }

    fn attempt(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match guarded(|| self.writer().write(bytes))? {
            0 => Err(ErrorKind::WriteZero.into()),
            written => Ok(written.min(bytes.len())),
        }
    }

    /// What was written is to be where others see it.
    pub(super) fn flush(&mut self) {
        // What it fails to flush was counted as written, and nobody knows which lines it is.
        let _ = guarded(|| self.writer().flush());
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Output::Each(writer) | Output::Together(writer) => writer,
            Output::Files(files) => files.as_mut(),
        }
    }
}

/// A panic would end the thread, and all logs with it.
fn guarded<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(ErrorKind::Other.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    /// Follows a script of how much each write takes; afterwards, takes everything.
    struct Scripted {
        script: VecDeque<io::Result<usize>>,
        written: Arc<Mutex<Vec<String>>>,
    }

    impl Write for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = self.script.pop_front().unwrap_or(Ok(bytes.len()))?;
            assert!(taken < 1000, "a writer that panics");
            self.written.lock().unwrap().push(String::from_utf8(bytes[..taken].to_vec()).unwrap());
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            panic!("also when it is flushed")
        }
    }

    /// What is written of three lines, piece by piece, and how many failed.
    fn written(
        output: fn(Box<dyn Write + Send>) -> Output,
        script: impl IntoIterator<Item = io::Result<usize>>,
    ) -> (Vec<String>, u64) {
        let mut lines = Lines::default();
        ["one\n", "two\n", "three\n"].iter().for_each(|line| lines.push(line.as_bytes()));
        let written = Arc::default();
        let script = script.into_iter().collect();
        let mut output = output(Box::new(Scripted { script, written: Arc::clone(&written) }));
        let failed = output.write(&lines);
        output.flush();
        let written = written.lock().unwrap().clone();
        (written, failed)
    }

    fn full() -> io::Result<usize> {
        Err(io::Error::other("the disk is full"))
    }

    #[test]
    fn a_writer_of_the_program_s_own_gets_a_line_at_a_time_and_a_file_all() {
        let pieces = |pieces: &[&str]| pieces.iter().map(|&piece| piece.to_owned()).collect::<Vec<_>>();
        assert_eq!(written(Output::Each, []), (pieces(&["one\n", "two\n", "three\n"]), 0));
        assert_eq!(written(Output::Together, []), (pieces(&["one\ntwo\nthree\n"]), 0));
    }

    #[test]
    fn of_lines_that_are_written_together_each_is_written_or_counted() {
        let interrupted = || Err(ErrorKind::Interrupted.into());
        let cases = [
            // What is taken in pieces is whole.
            (vec![Ok(2), interrupted(), Ok(1), Ok(4)], "one\ntwo\nthree\n", 0),
            // The first fails, and the others do not.
            (vec![full()], "two\nthree\n", 1),
            (vec![Ok(0)], "two\nthree\n", 1),
            (vec![Ok(4), full()], "one\nthree\n", 1),
            // Part of one is ended, so that the next is a line.
            (vec![Ok(6), full()], "one\ntw\nthree\n", 1),
            // If its end fails too, it is one line all the same.
            (vec![Ok(6), full(), full()], "one\ntwthree\n", 1),
            (vec![Ok(6), full(), full(), full()], "one\ntw", 2),
            (vec![Ok(2), full(), Ok(1), full(), full()], "on\n", 3),
            (vec![full(), full(), full()], "", 3),
            (vec![Ok(1000), Ok(4)], "two\nthree\n", 1),
        ];
        for (number, (script, expected, failed)) in cases.into_iter().enumerate() {
            let (pieces, found) = written(Output::Together, script);
            assert_eq!((pieces.concat().as_str(), found), (expected, failed), "case {number}");
        }
    }
}
