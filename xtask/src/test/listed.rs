//! What is in the repository to be checked.

use std::process::Command;

use crate::Result;
use crate::cargo::{read, root};

/// The files of the repository that match a pattern, as git knows them or will.
///
/// # Errors
///
/// What git said.
pub(super) fn listed(pattern: &str) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root()).args(["ls-files", "--cached", "--others", "--exclude-standard", pattern]);
    let mut files: Vec<String> =
        read(&mut git)?.lines().filter(|file| root().join(file).is_file()).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Ok(files)
}
