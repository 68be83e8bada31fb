//! `cargo xtask gpu-test` and `gpu-bench`: one self-contained program, which is run where it is built and can be carried
//! to where the device is.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::cargo::{cargo, root, run as run_command};
use crate::workspace::Workspace;

/// The package of the program.
const PROGRAM: &str = "obs-gpu-test";

/// The package of the library that it carries, and the library.
const LIBRARY: (&str, &str) = ("obs-fake-libcuda", "libobs_fake_libcuda.so");

/// Where its figures are kept.
const RESULTS: &str = "benches/results/gpu.md";

/// What the program is told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) arguments: Vec<OsString>,
}

/// Builds the program and runs its checks. Whether all hold.
///
/// # Errors
///
/// When it cannot be built or run.
pub(crate) fn test(options: &Options) -> Result<bool> {
    run(Command::new(carried()?).args(&options.arguments))
}

/// Builds the program and measures. Whether it could.
///
/// # Errors
///
/// When it cannot be built or run.
pub(crate) fn bench(options: &Options) -> Result<bool> {
    let mut command = Command::new(carried()?);
    run(command.arg("bench").arg("--out").arg(root().join(RESULTS)).args(&options.arguments))
}

/// Ends as the program does: it says itself what is wrong.
fn run(command: &mut Command) -> Result<bool> {
    Ok(command.status()?.success())
}

/// The checks that no clock decides, against the fake driver: that the program works.
///
/// # Errors
///
/// When it cannot be built, or a check does not hold.
pub(crate) fn try_out(target: &Path) -> Result {
    let program = build(target, "debug")?;
    let checks = ["--fake", "capture", "destroyed", "lost", "refused", "threads"];
    run_command(Command::new(program).args(checks))
}

/// Builds the program to be carried, and says where it is.
fn carried() -> Result<PathBuf> {
    let target = Workspace::read()?.target;
    let folder = target.join("gpu-test");
    fs::create_dir_all(&folder)?;
    let carried = folder.join(PROGRAM);
    fs::copy(build(&target, "release")?, &carried)?;
    println!("built {}, which runs where there is no Rust\n", carried.display());
    Ok(carried)
}

/// Builds the library, and the program with it inside.
fn build(target: &Path, profile: &str) -> Result<PathBuf> {
    if !cfg!(target_os = "linux") {
        return Err("the program that checks devices is one for Linux".into());
    }
    let (package, library) = LIBRARY;
    let cargo = |package| {
        let mut command = cargo(["build", "--quiet", "--package", package]);
        command.args((profile == "release").then_some("--release"));
        command
    };
    run_command(&mut cargo(package))?;
    let folder = target.join(profile);
    run_command(cargo(PROGRAM).env("OBS_GPU_TEST_LIBRARY", folder.join(library)))?;
    Ok(folder.join(PROGRAM))
}
