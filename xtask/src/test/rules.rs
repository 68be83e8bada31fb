//! The generated rules that are committed, as the programs see them that evaluate them.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Run;
use crate::Result;
use crate::cargo::run as run_command;

/// Where rules are committed, from the root of the workspace.
const COMMITTED: [&str; 3] = [
    "codegen/tests/golden/rules",
    "examples/quickstart/observability/rules",
    "examples/shop/observability/rules",
];

pub(super) fn step(_: &mut Run) -> Result {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for directory in COMMITTED.map(|directory| root.join(directory)) {
        for file in files(&directory)? {
            run_command(Command::new("promtool").args(["check", "rules"]).arg(&file))?;
            run_command(Command::new("vmalert").arg("-dryRun").arg(format!("-rule={}", file.display())))?;
        }
        for file in files(&directory.join("tests"))? {
            run_command(Command::new("promtool").args(["test", "rules"]).arg(&file))?;
        }
    }
    Ok(())
}

/// The files of a directory, by name.
fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        files.push(entry?.path());
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yml"));
    files.sort();
    Ok(files)
}
