//! The copy of the artefacts that is committed.

use crate::artefacts::Artefacts;
use crate::mistake::{Errors, Mistake};
use crate::package::is_packaged;
use crate::plan::Plan;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Writes it into a directory below the package's: the files that were written, or else why they could not be, which is
/// for people to know. A package that is built from where nothing can be written, as a dependency, still builds.
///
/// # Errors
///
/// That the directory is another package's, or no directory.
pub(super) fn write(
    plan: &Plan,
    package: &Path,
    mirror: &str,
) -> Result<Result<Vec<PathBuf>, Mistake>, Errors> {
    // Of a package that was downloaded or vendored nobody commits anything, and cargo holds its files against
    // checksums; `cargo package` refuses a build script that changes what it is about to publish.
    if is_packaged(package) {
        return Ok(Ok(Vec::new()));
    }
    let directory = package.join(mirror);
    match Artefacts::to_commit(plan).write(&directory) {
        Ok(written) => Ok(Ok(written)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Errors(vec![Mistake::in_file("build.rs", error.to_string())]))
        }
        Err(error) => Ok(Err(Mistake::in_file(directory.display().to_string(), error.to_string()))),
    }
}
