//! Files that are put away when they are full or old.

use file_rotate::compression::Compression;
use file_rotate::suffix::{AppendTimestamp, FileLimit};
use file_rotate::{ContentLimit, FileRotate};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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
    path: PathBuf,
    /// The one that is written to. Its own, and not that of `files`, which does not tell how much of some lines was
    /// written.
    file: File,
    files: FileRotate<AppendTimestamp>,
    rotation: Rotation,
    written: u64,
    /// Which hour or day since 1970 the file is of.
    period: u64,
}

impl Rotating {
    /// Goes on with the file of that path, which is open as `file`.
    pub(super) fn new(path: PathBuf, file: File, rotation: Rotation) -> io::Result<Rotating> {
        let limit = match rotation.keep {
            Keep::All => FileLimit::Unlimited,
            Keep::Files(files) => FileLimit::MaxFiles(files),
        };
        let compression = if rotation.compress { Compression::OnRotate(0) } else { Compression::None };
        let meta = file.metadata()?;
        let since = if meta.len() == 0 { SystemTime::now() } else { meta.modified()? };
        let scheme = AppendTimestamp::default(limit);
        let files = FileRotate::new(&path, scheme, ContentLimit::None, compression, None);
        let period = rotation.period_of(since);
        Ok(Rotating { path, file, files, rotation, written: meta.len(), period })
    }

    /// How many bytes of lines the file takes now. If it has no room for the next line, of so many bytes, or is of
    /// another time, it is put away first.
    pub(super) fn room(&mut self, next: usize) -> io::Result<u64> {
        let period = self.rotation.period_of(SystemTime::now());
        let full = self.left() < next as u64;
        if self.written > 0 && (full || period > self.period) {
            self.rotate()?;
        }
        self.period = period;
        Ok(self.left())
    }

    fn left(&self) -> u64 {
        self.rotation.bytes.map_or(u64::MAX, |bytes| bytes.saturating_sub(self.written))
    }

    fn rotate(&mut self) -> io::Result<()> {
        let rotated = self.files.rotate();
        // Whatever became of the old ones: what is written now goes to the file of that name.
        self.file = append(&self.path)?;
        self.written = self.file.metadata()?.len();
        // Where only an old one could not be compressed or removed, there is a new one.
        if self.written == 0 { Ok(()) } else { rotated }
    }
}

/// Opens a file to write to its end, and makes it if it is not there.
pub(super) fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

impl Rotation {
    fn period_of(&self, at: SystemTime) -> u64 {
        let seconds = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.period.map_or(0, |period| seconds / period)
    }
}

impl Write for Rotating {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let written = self.file.write(lines)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::output::Output;
    use crate::logs::queue::Lines;
    use std::fs;
    use std::time::Duration;

    #[test]
    fn yesterday_s_file_is_put_away_before_today_s_first_line() {
        let directory = std::env::temp_dir().join(format!("obs-rotate-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("shop.log");
        fs::write(&path, "old\n").unwrap();
        let file = append(&path).unwrap();
        let write = |text: &str| {
            let file = append(&path).unwrap();
            let mut lines = Lines::default();
            text.split_inclusive('\n').for_each(|line| lines.push(line.as_bytes()));
            let mut output =
                Output::Files(Box::new(Rotating::new(path.clone(), file, Rotation::daily()).unwrap()));
            assert_eq!(output.write(&lines), 0);
        };
        write("same day\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old\nsame day\n");
        file.set_modified(SystemTime::now() - Duration::from_secs(86_400)).unwrap();
        write("new\nnewer\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\nnewer\n");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
        fs::remove_dir_all(&directory).unwrap();
    }
    #[test]
    fn lines_that_come_together_are_in_as_many_files_as_they_need_and_each_in_one() {
        let directory = std::env::temp_dir().join(format!("obs-rotate-by-size-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("shop.log");
        fs::write(&path, "there\n").unwrap();
        let rotation = Rotation::by_size(14);
        let files = Rotating::new(path.clone(), append(&path).unwrap(), rotation).unwrap();
        let mut lines = Lines::default();
        for line in ["a line\n", "another\n", "one that is too long for a file\n", "last\n", "of all\n"] {
            lines.push(line.as_bytes());
        }
        assert_eq!(Output::Files(Box::new(files)).write(&lines), 0);
        let mut found: Vec<String> = Vec::new();
        for file in fs::read_dir(&directory).unwrap() {
            found.push(fs::read_to_string(file.unwrap().path()).unwrap());
        }
        found.sort();
        let expected =
            ["another\n", "last\nof all\n", "one that is too long for a file\n", "there\na line\n"];
        assert_eq!(found, expected);
        assert_eq!(fs::read_to_string(&path).unwrap(), "last\nof all\n");
        fs::remove_dir_all(&directory).unwrap();
    }
}
