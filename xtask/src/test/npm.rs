//! Programs of the repository that are written for Node, with what they need from npm.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::cargo::{has, root, run as run_command};

/// Copies the programs of `xtask/NAME` below `target`, where packages may lie about, and installs what they
/// need: the locked versions, without running any of their scripts.
///
/// # Errors
///
/// That Node or npm is missing, or what they said.
pub(super) fn install(name: &str, target: &Path) -> Result<PathBuf> {
    for program in ["node", "npm"] {
        if !has(program) {
            return Err(format!("{program} is not on the path; on Debian: apt-get install nodejs npm").into());
        }
    }
    let (from, to) = (root().join("xtask").join(name), target.join("xtask").join(name));
    fs::create_dir_all(&to)?;
    let lock = fs::read(from.join("package-lock.json"))?;
    let same = fs::read(to.join("package-lock.json")).is_ok_and(|there| there == lock);
    let installed = to.join("node_modules/.package-lock.json").is_file();
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            fs::copy(&path, to.join(name))?;
        }
    }
    if !installed || !same {
        let mut npm = Command::new("npm");
        npm.current_dir(&to).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        run_command(&mut npm)?;
    }
    Ok(to)
}
