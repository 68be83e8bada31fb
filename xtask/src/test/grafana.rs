//! Every dashboard is one to Grafana: by its own types, its units, and the rules of its linter.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Run;
use crate::Result;
use crate::cargo::{has, read, root, run as run_command};

/// The programs that check, with what they need; see `check.mjs` there.
const TOOLS: &str = "xtask/grafana";

/// The list of units that the code generator accepts.
const UNITS: &str = "codegen/src/dashboard/units.txt";

pub(super) fn step(run: &mut Run) -> Result {
    for program in ["node", "npm"] {
        if !has(program) {
            return Err(format!("{program} is not on the path; on Debian: apt-get install nodejs npm").into());
        }
    }
    let tools = install(&run.workspace.target)?;
    let dashboards = dashboards(root())?;
    if dashboards.is_empty() {
        return Err("there are no dashboards to check".into());
    }
    let mut command = Command::new("node");
    command.current_dir(root()).arg(tools.join("check.mjs")).arg(UNITS).args(&dashboards);
    // Its arguments are as many as there are dashboards.
    println!("  $ node {TOOLS}/check.mjs {UNITS} …");
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err("dashboards are not as Grafana wants them".into()) }
}

/// Copies the programs below `target`, where packages may lie about, and installs what they need: the locked
/// versions, without running any of their scripts.
fn install(target: &Path) -> Result<PathBuf> {
    let tools = target.join("grafana");
    fs::create_dir_all(&tools)?;
    let installed = tools.join("node_modules/.package-lock.json").is_file();
    let lock = fs::read(root().join(TOOLS).join("package-lock.json"))?;
    let same = fs::read(tools.join("package-lock.json")).is_ok_and(|there| there == lock);
    for entry in fs::read_dir(root().join(TOOLS))? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            fs::copy(&path, tools.join(name))?;
        }
    }
    if !installed || !same {
        let mut npm = Command::new("npm");
        npm.current_dir(&tools).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        run_command(&mut npm)?;
    }
    Ok(tools)
}

/// The dashboards in the repository, as git knows them or will: those of the examples, and the golden ones.
fn dashboards(root: &Path) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "*/dashboards/*.json",
    ]);
    let mut files: Vec<String> =
        read(&mut git)?.lines().filter(|file| root.join(file).is_file()).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboards_of_the_examples_and_the_golden_ones_are_found() {
        let found = dashboards(root()).unwrap();
        for file in [
            "codegen/tests/golden/dashboards/orders-overview.json",
            "codegen/tests/golden-composed/dashboards/orders-shipping-desk.json",
            "examples/quickstart/observability/dashboards/quickstart-overview.json",
        ] {
            assert!(found.iter().any(|path| path == file), "no {file} in {found:?}");
        }
    }
}
