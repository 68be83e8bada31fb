//! Where lines go: through a bounded queue, to a thread that writes them.

use super::counts::{self, Reason};
use super::output::Output;
use super::queue::{Offered, Queue};
use super::rotate::{Rotating, Rotation, append};
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long lines wait for others, so that they are written together; the [module](super) tells it too. A wake-up takes
/// some twenty microseconds of a processor that answers requests otherwise: ten of them a second are nothing, a hundred
/// are a fifth of a per cent. Who reads along hardly sees a tenth of a second.
const LINGER: Duration = Duration::from_millis(100);

/// How long the end waits for what is left, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(1);
const GLANCE: Duration = Duration::from_millis(1);

/// What to write to.
pub(super) enum Target {
    Stdout,
    Stderr,
    File(PathBuf, Option<Rotation>),
    Writer(Box<dyn Write + Send>),
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Stdout => f.write_str("Stdout"),
            Target::Stderr => f.write_str("Stderr"),
            Target::File(path, rotation) => f.debug_tuple("File").field(path).field(rotation).finish(),
            Target::Writer(_) => f.write_str("Writer"),
        }
    }
}

impl Target {
    /// Starts the thread, with room for so many lines, of so many bytes.
    pub(super) fn open(self, lines: usize, bytes: usize) -> io::Result<Sink> {
        let output = match self {
            Target::Stdout => Output::Together(Box::new(io::stdout())),
            Target::Stderr => Output::Together(Box::new(io::stderr())),
            Target::Writer(writer) => Output::Each(writer),
            Target::File(path, rotation) => {
                let told = |error: io::Error| {
                    io::Error::new(error.kind(), format!("cannot write logs to {}: {error}", path.display()))
                };
                if let Some(directory) = path.parent() {
                    std::fs::create_dir_all(directory).map_err(told)?;
                }
                // Also before it rotates: that it cannot be opened is to be told now.
                let file = append(&path).map_err(told)?;
                match rotation {
                    None => Output::Together(Box::new(file)),
                    Some(rotation) => {
                        Output::Files(Box::new(Rotating::new(path.clone(), file, rotation).map_err(told)?))
                    }
                }
            }
        };
        let queue = Arc::new(Queue::new(lines.max(1), bytes.max(1), LINGER));
        let taken = Arc::clone(&queue);
        let thread = thread::Builder::new().name("obs-logs".to_owned()).spawn(move || run(&taken, output))?;
        queue.written_by(thread.thread().clone());
        Ok(Sink { writer: Writer { queue }, thread: Some(thread) })
    }
}

/// Writes until there is nothing more to write, and nothing more will come.
pub(super) fn run(queue: &Queue, mut output: Output) {
    while let Some(waiting) = queue.take() {
        for lines in waiting {
            counts::lost(Reason::WriteFailed, output.write(&lines));
            queue.settled(lines);
        }
        output.flush();
    }
}

/// The queue and its thread.
#[derive(Debug)]
pub(super) struct Sink {
    writer: Writer,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    pub(super) fn writer(&self) -> Writer {
        self.writer.clone()
    }

    #[cfg(test)]
    pub(super) fn queue(&self) -> &Queue {
        &self.writer.queue
    }
}

impl Drop for Sink {
    /// Waits until what came before is written. What a disk or terminal that hangs has not taken by then is left to
    /// the thread, which ends with the process.
    fn drop(&mut self) {
        self.writer.queue.close();
        let Some(thread) = self.thread.take() else { return };
        let deadline = Instant::now() + PATIENCE;
        while !thread.is_finished() && Instant::now() < deadline {
            thread::sleep(GLANCE);
        }
    }
}

/// Puts lines into the queue.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    queue: Arc<Queue>,
}

impl Writer {
    /// A whole line, its end included. False where it will not be written, which is counted.
    pub(super) fn write(&self, line: &[u8], urgent: bool) -> bool {
        let why = match self.queue.offer(line, urgent) {
            Offered::Taken => return true,
            Offered::Full => Reason::BufferFull,
            Offered::Closed => Reason::AfterShutdown,
        };
        counts::lost(why, 1);
        false
    }
}
