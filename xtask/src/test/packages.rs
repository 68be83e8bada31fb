//! The programs that tests talk to, and the packages they come in: Debian's, and the Python package index'.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Run;
use crate::Result;
use crate::cargo::{has, read, run as run_command};

/// Each program and its package.
const NEEDED: [(&str, &str); 8] = [
    ("node", "nodejs"),
    ("npm", "npm"),
    ("amtool", "prometheus-alertmanager"),
    ("prometheus-alertmanager", "prometheus-alertmanager"),
    ("prometheus", "prometheus"),
    ("promtool", "prometheus"),
    (PYTHON, "python3-venv"),
    ("vmalert", "victoria-metrics"),
];

const PYTHON: &str = "python3";

/// The OpenTelemetry collector that stands between the tests and their receiver: its package, and where the program
/// lies among a virtual environment's libraries.
const COLLECTOR: (&str, &str) = ("rotel==0.0.1a15", "site-packages/rotel/rotel-agent");

pub(super) fn step(run: &mut Run) -> Result {
    debian()?;
    python(&run.workspace.target.join("python"))
}

/// Installs what is missing into a virtual environment, in which the tests look for it.
fn python(environment: &Path) -> Result {
    let (package, program) = COLLECTOR;
    if is_in(environment, program) {
        return Ok(());
    }
    run_command(Command::new(PYTHON).args(["-m", "venv"]).arg(environment))?;
    run_command(Command::new(environment.join("bin/pip")).args(["install", "--quiet", "--pre", package]))?;
    match is_in(environment, program) {
        true => Ok(()),
        false => Err(format!("{package} has no {program} for this machine").into()),
    }
}

/// Whether the environment has it, whatever its version of Python is.
fn is_in(environment: &Path, program: &str) -> bool {
    let versions = fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    versions.map(|version| version.path().join(program)).any(|program| program.is_file())
}

fn debian() -> Result {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !has("apt-get") || !is_root() {
        return Err(format!("please install {packages}: sudo apt-get install {packages}").into());
    }
    run_command(&mut apt(&["update"]))?;
    run_command(apt(&["install", "--yes", "--no-install-recommends"]).args(&missing))
}

fn missing() -> Vec<&'static str> {
    let mut packages: Vec<_> =
        NEEDED.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    packages.dedup();
    packages
}

/// Debian's Python comes without what makes a virtual environment.
fn is_there(program: &str) -> bool {
    match program {
        PYTHON => read(Command::new(PYTHON).args(["-c", "import ensurepip, venv"])).is_ok(),
        program => has(program),
    }
}

fn is_root() -> bool {
    read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--quiet"]).args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_under_any_version_of_python() {
        let environment = std::env::temp_dir().join(format!("xtask-python-{}", std::process::id()));
        let package = environment.join("lib/python3.99/site-packages/p");
        fs::create_dir_all(&package).unwrap();
        assert!(!is_in(&environment, "site-packages/p/program"));
        fs::write(package.join("program"), "").unwrap();
        assert!(is_in(&environment, "site-packages/p/program"));
        fs::remove_dir_all(&environment).unwrap();
        assert!(!is_in(&environment, "site-packages/p/program"));
    }
}
