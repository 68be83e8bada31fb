//! The files that are made of a catalogue.

use crate::plan::Plan;
use crate::{dashboard, rules};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Files by their path below whichever directory they are written to, with `/` between its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefacts {
    files: BTreeMap<String, String>,
}

/// The name of the file that holds the catalogue.
pub const CATALOGUE: &str = "catalogue.json";

impl Artefacts {
    /// Everything that is made of this plan. The same plan always gives the same bytes.
    pub fn of(plan: &Plan) -> Artefacts {
        let mut files = BTreeMap::from([(CATALOGUE.to_owned(), plan.catalogue.to_json())]);
        files.extend(dashboard::files(plan));
        files.extend(rules::files(plan));
        Artefacts { files }
    }

    /// The same, to be committed: places are files without lines, so that a line added above does not
    /// change a file in every commit.
    pub fn to_commit(plan: &Plan) -> Artefacts {
        Artefacts::of(&plan.without_lines())
    }

    /// With one more file.
    pub(crate) fn and(mut self, path: &str, text: String) -> Artefacts {
        self.files.insert(path.to_owned(), text);
        self
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Writes those files below `directory` whose content is not there yet, and returns their paths.
    /// A file that is as it should be keeps its time of modification, so that nothing is rebuilt for it.
    ///
    /// # Errors
    ///
    /// The first file that could not be written, and why.
    pub fn write(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        let mut written = Vec::new();
        for (path, text) in self.files() {
            let path = directory.join(path);
            if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
                continue;
            }
            let explain =
                |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(explain)?;
            }
            std::fs::write(&path, text).map_err(explain)?;
            written.push(path);
        }
        Ok(written)
    }

    /// The paths of those files that `directory` lacks or holds with other content.
    pub fn stale(&self, directory: &Path) -> Vec<&str> {
        let differs = |(path, text): &(&str, &str)| {
            !std::fs::read(directory.join(path)).is_ok_and(|there| there == text.as_bytes())
        };
        self.files().filter(differs).map(|(path, _)| path).collect()
    }
}
