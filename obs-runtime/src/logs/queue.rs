//! Lines on their way to the thread that writes them.
//!
//! Waking a thread costs more than making a line, so it is done rarely. A thread that has written lingers a
//! while, and what comes meanwhile waits for it: a program that logs all the time wakes nobody, and pays for
//! one write where there were many lines. After a pause, the first line wakes the thread, and is written at once.

use crate::sync::{Mutex, MutexGuard, OnceLock, PoisonError, Thread, park, park_until};
use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

/// How many bytes of lines are kept together, and written at once. A longer line is alone.
const CHUNK: usize = 64 << 10;

/// Emptied chunks whose memory is used again: one is filled while another is written.
const SPARE: usize = 2;

/// Whole lines, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
    /// Where each line ends.
    ends: Vec<usize>,
}

impl Lines {
    /// Adds a line, with its end.
    pub(crate) fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn ends(&self) -> &[usize] {
        &self.ends
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offered {
    /// It will be written.
    Taken,
    /// There was no room for it.
    Full,
    /// Nothing is written any more.
    Closed,
}

/// What the thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    /// It looks for more lines before it does anything else, or was told to.
    Writes,
    /// It looks for them soon, and before that only if it is told.
    Lingers,
    /// It does not look until it is told.
    Sleeps,
}

/// A queue that is bounded in lines and in bytes. Nobody waits for room in it, and its lock is held for as long as
/// a line takes to be copied.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// How many lines there may be, and of how many bytes.
    room: (usize, usize),
    linger: Duration,
    thread: OnceLock<Thread>,
}

#[derive(Debug)]
struct State {
    /// The oldest first.
    waiting: VecDeque<Lines>,
    spare: Vec<Lines>,
    /// What waits or is being written.
    lines: usize,
    bytes: usize,
    writer: Writer,
    /// Whether something waits that is not to wait for more.
    hurry: bool,
    closed: bool,
}

impl Queue {
    /// With room for so many lines and bytes, whose thread lingers so long.
    pub(crate) fn new(lines: usize, bytes: usize, linger: Duration) -> Queue {
        let state = State {
            waiting: VecDeque::new(),
            spare: Vec::new(),
            lines: 0,
            bytes: 0,
            writer: Writer::Writes,
            hurry: false,
            closed: false,
        };
        Queue { state: Mutex::new(state), room: (lines, bytes), linger, thread: OnceLock::new() }
    }

    /// The thread that [takes](Queue::take). Before it is known, nobody can wake it.
    pub(crate) fn written_by(&self, thread: Thread) {
        self.thread.get_or_init(|| thread);
        // Something may have come already.
        self.wake();
    }

    /// Leaves a line, with its end, to be written: at once where it is `urgent`.
    #[must_use = "what finds no room has to be counted"]
    pub(crate) fn offer(&self, line: &[u8], urgent: bool) -> Offered {
        let mut state = self.lock();
        if state.closed {
            return Offered::Closed;
        }
        let (lines, bytes) = (state.lines + 1, state.bytes.saturating_add(line.len()));
        if lines > self.room.0 || bytes > self.room.1 {
            return Offered::Full;
        }
        (state.lines, state.bytes) = (lines, bytes);
        let another = state.put(line);
        // Who lingers while the room runs out, loses lines.
        let filling = lines >= self.room.0.div_ceil(2) || bytes >= self.room.1.div_ceil(2);
        state.hurry |= urgent || another || filling;
        let wake = match state.writer {
            Writer::Writes => false,
            Writer::Lingers => state.hurry,
            Writer::Sleeps => true,
        };
        if wake {
            state.writer = Writer::Writes;
        }
        drop(state);
        if wake {
            self.wake();
        }
        Offered::Taken
    }

    /// Waits until there is something to write, and takes all of it. `None` once the queue is closed and everything
    /// was taken. What was taken takes up its room until it is [settled](Queue::settled).
    pub(crate) fn take(&self) -> Option<VecDeque<Lines>> {
        let until = Instant::now() + self.linger;
        let mut lingers = true;
        loop {
            let mut state = self.lock();
            state.writer = match (lingers && !state.hurry && !state.closed, state.waiting.is_empty()) {
                (true, _) => Writer::Lingers,
                (false, false) => {
                    state.hurry = false;
                    state.writer = Writer::Writes;
                    return Some(mem::take(&mut state.waiting));
                }
                (false, true) if state.closed => return None,
                (false, true) => Writer::Sleeps,
            };
            drop(state);
            if lingers {
                lingers = park_until(until);
            } else {
                park();
            }
        }
    }

    /// Gives back the room of lines that were written, or given up.
    pub(crate) fn settled(&self, mut lines: Lines) {
        let mut state = self.lock();
        state.lines -= lines.ends.len();
        state.bytes -= lines.bytes.len();
        lines.clear();
        // A long line's memory is not kept for good.
        if state.spare.len() < SPARE && lines.bytes.capacity() <= 2 * CHUNK {
            state.spare.push(lines);
        }
    }

    /// Takes nothing any more, and has the rest written at once.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake();
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Adds a line. Whether there are full chunks now, for which nobody needs to wait.
    fn put(&mut self, line: &[u8]) -> bool {
        match self.waiting.back_mut().filter(|last| last.bytes.len() + line.len() <= CHUNK) {
            Some(last) => last.push(line),
            None => {
                let mut lines = self.spare.pop().unwrap_or_default();
                lines.push(line);
                self.waiting.push_back(lines);
            }
        }
        self.waiting.len() > 1
    }
}
