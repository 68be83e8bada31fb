//! The programs that tests talk to, and the Debian packages they come in.

use std::process::Command;

use super::Run;
use crate::Result;
use crate::cargo::{has, read, run as run_command};

/// Each program and its package.
const NEEDED: [(&str, &str); 7] = [
    ("node", "nodejs"),
    ("npm", "npm"),
    ("amtool", "prometheus-alertmanager"),
    ("prometheus-alertmanager", "prometheus-alertmanager"),
    ("prometheus", "prometheus"),
    ("promtool", "prometheus"),
    ("vmalert", "victoria-metrics"),
];

pub(super) fn step(_: &mut Run) -> Result {
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
        NEEDED.iter().filter(|(program, _)| !has(program)).map(|(_, package)| *package).collect();
    packages.dedup();
    packages
}

fn is_root() -> bool {
    read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--quiet"]).args(arguments);
    command
}
