//! Which files hold queries.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// A rules file; the tests of rules are none.
pub(super) fn is_rules(path: &str) -> bool {
    path.starts_with("rules/")
        && !path.starts_with("rules/tests/")
        && (path.ends_with(".yml") || path.ends_with(".yaml"))
}

pub(super) fn is_dashboard(path: &str) -> bool {
    path.starts_with("dashboards/") && path.ends_with(".json")
}

pub(super) fn is_runbook(path: &str) -> bool {
    path.starts_with("runbooks/") && path.ends_with(".md")
}

/// Every file below `directory` that may hold queries, by its path there; none if the directory is not
/// there.
///
/// # Errors
///
/// Which file or directory cannot be read, and why.
pub fn read(directory: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for part in ["dashboards", "rules", "runbooks"] {
        below(&directory.join(part), part, &mut files)?;
    }
    Ok(files)
}

fn below(directory: &Path, name: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    let explain =
        |path: &Path, error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(explain(directory, error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| explain(directory, error))?;
        let path = entry.path();
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        // A link is read as a file but not followed as a directory, or it could lead round in a ring.
        if entry.file_type().map_err(|error| explain(&path, error))?.is_dir() {
            below(&path, &name, files)?;
        } else if is_rules(&name) || is_dashboard(&name) || is_runbook(&name) {
            files.insert(name, std::fs::read_to_string(&path).map_err(|error| explain(&path, error))?);
        }
    }
    Ok(())
}
