//! Streams of `cust`, a crate that links NVIDIA's driver, on machines that have none: the library that stands in for the
//! driver in tests is built first, and put where `cust` looks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Run, suite};
use crate::Result;
use crate::cargo::{cargo, run as run_command};
use crate::workspace::CUST;

const PACKAGE: &str = "obs-gpu";

/// The package that stands in for the driver, its library, and the names that linkers and loaders know the driver by.
const STAND_IN: (&str, &str, [&str; 2]) =
    ("obs-fake-libcuda", "libobs_fake_libcuda.so", ["libcuda.so", "libcuda.so.1"]);

pub(super) fn step(run: &mut Run) -> Result {
    if !cfg!(target_os = "linux") {
        return Err("the library that stands in for the driver is one for Linux".into());
    }
    let folder = stand_in(&run.workspace.target)?;
    let feature = ["--package", PACKAGE, "--features", CUST];
    let mut clippy =
        cargo(["clippy", "--all-targets"].iter().chain(&feature).chain(&["--", "-D", "warnings"]));
    run_command(with(&mut clippy, &folder))?;
    let mut tests = cargo(["test", "--no-fail-fast", "--test", "cuda"].iter().chain(&feature));
    suite::count(with(&mut tests, &folder), run)
}

/// Builds the library, and gives the folder that `cust` finds it in.
fn stand_in(target: &Path) -> Result<PathBuf> {
    let (package, library, names) = STAND_IN;
    run_command(&mut cargo(["build", "--package", package]))?;
    let folder = target.join("cuda");
    let libraries = folder.join("lib64");
    fs::create_dir_all(&libraries)?;
    for name in names {
        fs::copy(target.join("debug").join(library), libraries.join(name))?;
    }
    Ok(folder)
}

/// The command, told where the driver is: to link, and to run what was linked.
fn with<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env("CUDA_LIBRARY_PATH", folder).env("LD_LIBRARY_PATH", folder.join("lib64"))
}
