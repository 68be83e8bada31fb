//! Files of the past.

use obs_codegen::artefacts::CATALOGUE;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A file below `directory` as it was in `revision`.
///
/// # Errors
///
/// What git says: there is no such revision, or no such file in it.
pub(crate) fn show(directory: &Path, revision: &str, path: &str) -> Result<String, String> {
    git(directory, &["show", "--end-of-options", &format!("{revision}:./{path}")])
}

/// Every file below `below`, a directory below `directory`, as it was in `revision`, by its path there. The
/// catalogue comes with them.
///
/// # Errors
///
/// What git says, and whether there is no catalogue.
pub(crate) fn files(
    directory: &Path,
    revision: &str,
    below: &str,
) -> Result<BTreeMap<String, String>, String> {
    let below = below.trim_end_matches('/');
    let catalogue = show(directory, revision, &format!("{below}/{CATALOGUE}"))?;
    let listed = git(
        directory,
        &["ls-tree", "-r", "-z", "--name-only", "--end-of-options", revision, &format!("{below}/")],
    )?;
    let mut files = BTreeMap::from([(CATALOGUE.to_owned(), catalogue)]);
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        let Some(name) = path.strip_prefix(below).map(|name| name.trim_start_matches('/')) else { continue };
        let asks = ["dashboards/", "rules/", "runbooks/"].iter().any(|part| name.starts_with(part));
        if asks {
            files.insert(name.to_owned(), show(directory, revision, path)?);
        }
    }
    Ok(files)
}

fn git(directory: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(arguments)
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        return Err(told.trim().trim_start_matches("fatal: ").to_owned());
    }
    String::from_utf8(output.stdout).map_err(|_| "it is no text".to_owned())
}
