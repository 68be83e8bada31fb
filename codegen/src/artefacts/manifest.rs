//! The list of what was written, with checksums: it tells what was generated once, and whether a person
//! changed it since.

use super::MANIFEST;
use super::kept::Parts;
use crate::subject::fnv;
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// What was generated, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) files: BTreeMap<String, Sums>,
}

/// The checksums of a file. They tell a person's hand from ours, and guard against nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    /// Of the generated part: of the whole file, if there are no marks in it.
    pub(super) generated: u64,
    /// Of everything around it.
    pub(super) around: u64,
}

impl Sums {
    pub(super) fn of(text: &str) -> Sums {
        match Parts::of(text) {
            Some(parts) => {
                let around = format!("{}{}", parts.before, parts.below);
                Sums { generated: fnv(parts.generated.as_bytes()), around: fnv(around.as_bytes()) }
            }
            None => Sums { generated: fnv(text.as_bytes()), around: fnv(b"") },
        }
    }
}

impl Manifest {
    /// The package that this directory was written for, if it was.
    pub(super) fn owner(directory: &Path) -> Option<String> {
        let text = super::read(&directory.join(MANIFEST)).ok().flatten()?;
        let (owner, _) = text.lines().next()?.strip_prefix(HEADER.0)?.split_once(HEADER.1)?;
        Some(owner.to_owned())
    }

    /// What was written to this directory for this package; nothing, if that cannot be told.
    pub(super) fn read(directory: &Path, package: &str) -> Manifest {
        let text = super::read(&directory.join(MANIFEST)).ok().flatten().unwrap_or_default();
        match text.strip_prefix(&header(package)) {
            Some(lines) => Manifest { files: lines.lines().filter_map(line).collect() },
            // Another package's, which is none of our business.
            None => Manifest::default(),
        }
    }

    pub(super) fn text(&self, package: &str) -> String {
        let line =
            |(path, sums): (&String, &Sums)| format!("{:016x} {:016x} {path}\n", sums.generated, sums.around);
        header(package) + &self.files.iter().map(line).collect::<String>()
    }
}

/// What stands before and after the name of the package.
const HEADER: (&str, &str) =
    ("# Generated for ", ", with checksums of what is generated and of what is not.");

fn header(package: &str) -> String {
    format!("{}{package}{}\n", HEADER.0, HEADER.1)
}

/// One line. A path that leads out of the directory was not written by us.
fn line(line: &str) -> Option<(String, Sums)> {
    let (generated, rest) = line.split_once(' ')?;
    let (around, path) = rest.split_once(' ')?;
    let sum = |text| u64::from_str_radix(text, 16).ok();
    let below_here = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    let sums = Sums { generated: sum(generated)?, around: sum(around)? };
    (below_here && !path.is_empty()).then(|| (path.to_owned(), sums))
}
