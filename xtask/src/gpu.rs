//! `cargo xtask gpu-test` and `gpu-bench`: one self-contained program, which is run where it is built and can be carried
//! to where the device is.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
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
    run(Command::new(build()?).args(&options.arguments))
}

/// Builds the program and measures. Whether it could.
///
/// # Errors
///
/// When it cannot be built or run.
pub(crate) fn bench(options: &Options) -> Result<bool> {
    let mut command = Command::new(build()?);
    run(command.arg("bench").arg("--out").arg(root().join(RESULTS)).args(&options.arguments))
}

/// Ends as the program does: it says itself what is wrong.
fn run(command: &mut Command) -> Result<bool> {
    Ok(command.status()?.success())
}

/// Builds the library, the program with it inside, and says where that is.
fn build() -> Result<PathBuf> {
    if !cfg!(target_os = "linux") {
        return Err("the program that checks devices is one for Linux".into());
    }
    let target = Workspace::read()?.target;
    let (package, library) = LIBRARY;
    run_command(&mut cargo(["build", "--quiet", "--release", "--package", package]))?;
    let mut program = cargo(["build", "--quiet", "--release", "--package", PROGRAM]);
    program.env("OBS_GPU_TEST_LIBRARY", target.join("release").join(library));
    run_command(&mut program)?;
    let folder = target.join("gpu-test");
    fs::create_dir_all(&folder)?;
    let carried = folder.join(PROGRAM);
    fs::copy(target.join("release").join(PROGRAM), &carried)?;
    println!("built {}, which runs where there is no Rust\n", carried.display());
    Ok(carried)
}
