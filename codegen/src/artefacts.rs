//! The files that are made of a catalogue, and how they get to a directory in which people write too.
//!
//! Most files are generated from the first byte to the last. In some, people write as well: notes in a
//! runbook, receivers in Alertmanager's configuration. There the generated part stands between two marks,
//! and what stands outside of them is kept. A list of what was written, with checksums ([`MANIFEST`]), tells
//! later what nobody generates any more, and whether a person has changed it.

mod kept;
mod manifest;

use crate::plan::Plan;
use crate::{dashboard, metrics_md, rules, runbook, stack};
use kept::Parts;
pub(crate) use kept::{Marks, marked};
use manifest::{Manifest, Sums};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Files by their path below whichever directory they are written to, with `/` between its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefacts {
    package: String,
    files: BTreeMap<String, String>,
}

/// The name of the file that holds the catalogue.
pub const CATALOGUE: &str = "catalogue.json";

/// The name of the file that says what was written, with checksums.
pub const MANIFEST: &str = "generated.txt";

/// A file that was generated once and is not any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    /// Its path below the directory of the artefacts.
    pub path: String,
    /// Whether a person wrote something in it. Then it is left where it is.
    pub edited: bool,
}

/// What there is to say about it, without its path.
impl fmt::Display for Orphan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no longer generated; ")?;
        f.write_str(match self.edited {
            true => "it was edited by hand: move what is worth keeping, and remove it",
            false => "run cargo obs generate, which removes it",
        })
    }
}

impl Artefacts {
    /// Everything that is made of this plan. The same plan always gives the same bytes.
    pub fn of(plan: &Plan) -> Artefacts {
        let mut files = BTreeMap::from([(CATALOGUE.to_owned(), plan.catalogue.to_json())]);
        files.extend(dashboard::files(plan));
        files.extend(metrics_md::files(plan));
        files.extend(rules::files(plan));
        files.extend(runbook::files(plan));
        let stack = stack::files(plan, &files);
        files.extend(stack);
        Artefacts { package: plan.subject.package.clone(), files }
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

    /// The files, by path, as they are written where there is nothing yet.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Writes those files below `directory` whose content is not there yet, and returns their paths.
    /// A file that is as it should be keeps its time of modification, so that nothing is rebuilt for it.
    ///
    /// What a person wrote outside of the marks of a file is kept, and so is what stood between them and
    /// was not generated. Files that were generated and are not any more are removed, unless a person
    /// changed them: see [`orphans`](Artefacts::orphans).
    ///
    /// ```no_run
    /// # use obs_codegen::{artefacts::Artefacts, plan::Plan};
    /// # fn main() -> std::io::Result<()> {
    /// # let plan = Plan::default();
    /// let directory = std::path::Path::new("observability");
    /// let artefacts = Artefacts::to_commit(&plan);
    /// artefacts.write(directory)?;
    /// assert!(artefacts.stale(directory).is_empty());
    /// for orphan in artefacts.orphans(directory) {
    ///     println!("{}: {orphan}", orphan.path);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The first file that could not be read, written or removed, and why. [`AlreadyExists`](io::ErrorKind), and
    /// nothing is written, where the directory is another package's: the two would write one catalogue in turn.
    pub fn write(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        if let Some(owner) = Manifest::owner(directory).filter(|owner| *owner != self.package) {
            let package = &self.package;
            let what = format!(
                "what is there was generated for {owner}: give {package} a directory of its own, or remove {MANIFEST} \
                 if that is its former name"
            );
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("{}: {what}", directory.display()),
            ));
        }
        let known = Manifest::read(directory, &self.package);
        let mut written = Vec::new();
        for (path, text) in self.files() {
            let wanted = self.wanted(directory, path, text, &known)?;
            written.extend(write(&directory.join(path), &wanted)?);
        }
        for orphan in self.gone(directory, &known).into_iter().filter(|orphan| !orphan.edited) {
            remove(directory, &orphan.path)?;
        }
        // Last, so that what was interrupted is done again.
        written.extend(write(&directory.join(MANIFEST), &self.manifest(directory, &known))?);
        Ok(written)
    }

    /// The paths of those files that `directory` lacks or holds with other content. What people write
    /// outside of the marks of a file makes it no other.
    pub fn stale(&self, directory: &Path) -> Vec<&str> {
        let known = Manifest::read(directory, &self.package);
        let differs = |(path, text): &(&str, &str)| {
            let there = read(&directory.join(path)).ok().flatten();
            self.wanted(directory, path, text, &known).ok() != there
        };
        let files = self.files().filter(differs).map(|(path, _)| path);
        let listed = read(&directory.join(MANIFEST)).ok().flatten();
        let manifest = (listed != Some(self.manifest(directory, &known))).then_some(MANIFEST);
        files.chain(manifest).collect()
    }

    /// The files below `directory` that were generated once and are not any more, by path.
    ///
    /// Only files count that [`write`](Artefacts::write) wrote there for the same package. It removes
    /// those that are as it wrote them; the others hold what a person wrote, and only a person may say
    /// that it can go.
    pub fn orphans(&self, directory: &Path) -> Vec<Orphan> {
        self.gone(directory, &Manifest::read(directory, &self.package))
    }

    fn gone(&self, directory: &Path, known: &Manifest) -> Vec<Orphan> {
        let mut gone = Vec::new();
        for (path, sums) in &known.files {
            let file = directory.join(path);
            if self.files.contains_key(path) || !file.is_file() {
                continue;
            }
            // What cannot be read as text was not written here.
            let text = read(&file).ok().flatten();
            let edited = text.is_none_or(|text| Sums::of(&text) != *sums);
            gone.push(Orphan { path: path.clone(), edited });
        }
        gone
    }

    /// What a file should hold, given what it holds.
    fn wanted(&self, directory: &Path, path: &str, text: &str, known: &Manifest) -> io::Result<String> {
        let Some(fresh) = Parts::of(text) else { return Ok(text.to_owned()) };
        let there = read(&directory.join(path))?;
        Ok(there.map_or_else(|| text.to_owned(), |there| fresh.over(&there, known.files.get(path))))
    }

    /// The list of what is there when these files are written.
    fn manifest(&self, directory: &Path, known: &Manifest) -> String {
        let left = self.gone(directory, known).into_iter().filter(|orphan| orphan.edited);
        let left = left.filter_map(|orphan| Some((orphan.path.clone(), *known.files.get(&orphan.path)?)));
        let files = self.files().map(|(path, text)| (path.to_owned(), Sums::of(text)));
        Manifest { files: left.chain(files).collect() }.text(&self.package)
    }
}

/// The text of a file with plain ends of lines, whatever a checkout made of them; `None` if there is no such
/// file.
fn read(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.replace("\r\n", "\n"))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(explain(path, &error)),
    }
}

/// Writes what is not there yet, and says where.
fn write(path: &Path, text: &str) -> io::Result<Option<PathBuf>> {
    // What is not text cannot have been written by a person.
    if read(path).ok().flatten().as_deref() == Some(text) {
        return Ok(None);
    }
    let explain = |error: io::Error| explain(path, &error);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(explain)?;
    }
    // In two steps where a person writes too: a full disk must not cost what they wrote.
    if path.is_file() && Parts::of(text).is_some() {
        let beside = path.with_extension("obs-part");
        let replaced = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
        if replaced.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        replaced.map_err(explain)?;
    } else {
        std::fs::write(path, text).map_err(explain)?;
    }
    Ok(Some(path.to_path_buf()))
}

/// Removes a file, and the directories that it leaves empty.
fn remove(directory: &Path, path: &str) -> io::Result<()> {
    let file = directory.join(path);
    std::fs::remove_file(&file).map_err(|error| explain(&file, &error))?;
    let parents = file.ancestors().skip(1).take_while(|parent| *parent != directory);
    // A directory with something in it is not removed, and that is all that can be wrong.
    parents.map(std::fs::remove_dir).take_while(Result::is_ok).for_each(drop);
    Ok(())
}

fn explain(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
