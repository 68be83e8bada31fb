//! The tests themselves, counted as they go by.

use std::io::{BufRead, BufReader, Write, pipe};
use std::process::Command;

use super::Run;
use crate::Result;
use crate::cargo::{cargo, line};
use crate::workspace::OFF;

pub(super) fn step(run: &mut Run) -> Result {
    let features = run.workspace.most_features();
    let mut commands = vec![cargo(["test", "--workspace", "--no-fail-fast", "--features", &features])];
    // What asks for `off` measures nothing, and is run with nothing else in its build.
    for package in &run.workspace.packages {
        for target in &package.targets {
            if target.kind == "test" && target.required_features.iter().any(|feature| feature == OFF) {
                let features = target.required_features.join(",");
                let only = ["--package", &package.name, "--test", &target.name, "--features", &features];
                commands.push(cargo(["test", "--no-fail-fast"].iter().chain(&only)));
            }
        }
    }
    let mut failed = Vec::new();
    for mut command in commands {
        failed.extend(count(&mut command, run).err());
    }
    match failed.into_iter().next() {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

/// Runs a `cargo test`, lets its output through, and counts what it reports.
pub(super) fn count(command: &mut Command, run: &mut Run) -> Result {
    println!("  $ {}", line(command));
    // One pipe for both streams: only their order tells which target a result belongs to.
    let (reader, writer) = pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds our ends of the pipe, which must be closed before its own can end.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());

    let Run { workspace, counts } = run;
    let mut counter = counts.counter(workspace);
    let mut reader = BufReader::new(reader);
    let mut stdout = std::io::stdout().lock();
    let mut text = Vec::new();
    while reader.read_until(b'\n', &mut text)? > 0 {
        stdout.write_all(&text)?;
        counter.line(&String::from_utf8_lossy(&text));
        text.clear();
    }
    let status = child.wait()?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed: {status}", line(command)).into()) }
}
