//! Where lines go: through a bounded buffer, to a thread that writes them.

use super::counts::{self, Reason};
use super::rotate::{Rotating, Rotation};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

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
    /// Starts the thread, with room for so many lines.
    pub(super) fn open(self, lines: usize) -> io::Result<Sink> {
        let inner: Box<dyn Write + Send> = match self {
            Target::Stdout => Box::new(io::stdout()),
            Target::Stderr => Box::new(io::stderr()),
            Target::Writer(writer) => writer,
            Target::File(path, rotation) => {
                let told = |error: io::Error| {
                    io::Error::new(error.kind(), format!("cannot write logs to {}: {error}", path.display()))
                };
                if let Some(directory) = path.parent() {
                    std::fs::create_dir_all(directory).map_err(told)?;
                }
                // Also before it rotates: that it cannot be opened is to be told now.
                let file = OpenOptions::new().create(true).append(true).open(&path).map_err(told)?;
                match rotation {
                    None => Box::new(file),
                    Some(rotation) => Box::new(Rotating::new(&path, &file, rotation).map_err(told)?),
                }
            }
        };
        let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(lines.max(1));
        let (lines, guard) = builder.thread_name("obs-logs").finish(Checked(inner));
        counts::watch(lines.error_counter());
        let writer = Writer { lines, open: Arc::new(AtomicBool::new(true)) };
        Ok(Sink { writer, guard: Some(guard) })
    }
}

/// The buffer and its thread.
#[derive(Debug)]
pub(super) struct Sink {
    writer: Writer,
    guard: Option<WorkerGuard>,
}

impl Sink {
    pub(super) fn writer(&self) -> Writer {
        self.writer.clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.writer.open.store(false, Ordering::Release);
        // Which waits until what is in the buffer is written.
        drop(self.guard.take());
    }
}

/// Puts lines into the buffer.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    lines: NonBlocking,
    open: Arc<AtomicBool>,
}

impl Writer {
    /// A whole line, its end included. False where it came too late. What there is no room for counts itself.
    pub(super) fn write(&self, line: &[u8]) -> bool {
        let open = self.open.load(Ordering::Acquire);
        match open {
            true => {
                // It says that it wrote whatever became of it.
                let _ = self.lines.clone().write_all(line);
            }
            false => counts::dropped(Reason::AfterShutdown),
        }
        open
    }
}

/// Counts what could not be written, which nobody else is told.
struct Checked(Box<dyn Write + Send>);

impl Write for Checked {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // A panic would end the thread, and all logs with it.
        let written = catch_unwind(AssertUnwindSafe(|| self.0.write_all(line)));
        if !matches!(written, Ok(Ok(()))) {
            counts::dropped(Reason::WriteFailed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        catch_unwind(AssertUnwindSafe(|| self.0.flush())).unwrap_or(Ok(()))
    }
}
