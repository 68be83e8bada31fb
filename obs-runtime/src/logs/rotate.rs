//! Files that are put away when they are full or old.

use file_rotate::compression::Compression;
use file_rotate::suffix::{AppendTimestamp, FileLimit};
use file_rotate::{ContentLimit, FileRotate};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// When a log file is put away, and what becomes of it.
///
/// It is renamed to `NAME.YYYYMMDDThhmmss`, of the machine's own time zone, beside the new one; of several in one
/// second, with a number after that.
///
/// ```
/// use obs_runtime::logs::{Logs, Rotation};
///
/// let rotation = Rotation::daily().max_bytes(100 << 20).keep(14).compress();
/// let logs = Logs::json().to_file("logs/shop.log").rotate(rotation);
/// # drop(logs);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    bytes: Option<u64>,
    /// In seconds: a file is of one hour or day.
    period: Option<u64>,
    keep: Keep,
    compress: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Keep {
    All,
    Files(usize),
}

impl Rotation {
    /// A file for each hour, of UTC.
    pub fn hourly() -> Rotation {
        Rotation { bytes: None, period: Some(3600), keep: Keep::All, compress: false }
    }

    /// A file for each day, of UTC.
    pub fn daily() -> Rotation {
        Rotation { period: Some(86_400), ..Rotation::hourly() }
    }

    /// A new file before one would be larger than so many bytes. A line is never divided.
    pub fn by_size(bytes: u64) -> Rotation {
        Rotation { bytes: Some(bytes), period: None, ..Rotation::hourly() }
    }

    /// Also a new file before one would be larger than so many bytes.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Rotation {
        self.bytes = Some(bytes);
        self
    }

    /// Removes all but so many of those that were put away, the oldest first.
    #[must_use]
    pub fn keep(mut self, files: usize) -> Rotation {
        self.keep = Keep::Files(files);
        self
    }

    /// Compresses those that were put away, as `.gz`. It happens on the thread that writes, whose lines wait in the
    /// buffer meanwhile.
    #[must_use]
    pub fn compress(mut self) -> Rotation {
        self.compress = true;
        self
    }
}

/// A file that is put away in time.
pub(super) struct Rotating {
    files: FileRotate<AppendTimestamp>,
    rotation: Rotation,
    written: u64,
    /// Which hour or day since 1970 the file is of.
    period: u64,
}

impl Rotating {
    /// Goes on with the file of that path, which is open as `file`.
    pub(super) fn new(path: &Path, file: &File, rotation: Rotation) -> io::Result<Rotating> {
        let limit = match rotation.keep {
            Keep::All => FileLimit::Unlimited,
            Keep::Files(files) => FileLimit::MaxFiles(files),
        };
        let compression = if rotation.compress { Compression::OnRotate(0) } else { Compression::None };
        let meta = file.metadata()?;
        let since = if meta.len() == 0 { SystemTime::now() } else { meta.modified()? };
        let scheme = AppendTimestamp::default(limit);
        let files = FileRotate::new(path, scheme, ContentLimit::None, compression, None);
        let period = rotation.period_of(since);
        Ok(Rotating { files, rotation, written: meta.len(), period })
    }
}

impl Rotation {
    fn period_of(&self, at: SystemTime) -> u64 {
        let seconds = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.period.map_or(0, |period| seconds / period)
    }
}

impl Write for Rotating {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let period = self.rotation.period_of(SystemTime::now());
        let length = line.len() as u64;
        let full = self.rotation.bytes.is_some_and(|bytes| self.written.saturating_add(length) > bytes);
        if self.written > 0 && (full || period > self.period) {
            self.files.rotate()?;
            self.written = 0;
        }
        self.period = period;
        self.files.write_all(line)?;
        self.written += length;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.files.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;

    #[test]
    fn yesterday_s_file_is_put_away_before_today_s_first_line() {
        let directory = std::env::temp_dir().join(format!("obs-rotate-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("shop.log");
        fs::write(&path, "old\n").unwrap();
        let file = File::options().append(true).open(&path).unwrap();
        let open = || Rotating::new(&path, &file, Rotation::daily()).unwrap();
        open().write_all(b"same day\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old\nsame day\n");
        file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).unwrap();
        let mut files = open();
        files.write_all(b"new\n").unwrap();
        files.write_all(b"newer\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\nnewer\n");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
        fs::remove_dir_all(&directory).unwrap();
    }
}
