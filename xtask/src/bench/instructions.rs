//! Instructions a call, counted by callgrind: exact where nanoseconds are not.

use std::process::Command;

use crate::Result;
use crate::cargo::{cargo, has, read, run as run_command};
use crate::workspace::Workspace;

/// Enough calls that what happens once in a while shows.
const CALLS: u64 = 10_000;

/// The function of `one-call` that is counted; the rest of the program is not.
const INSIDE: &str = "--toggle-collect=*counted_calls*";

/// Counts the peers without a subscriber, and our spans, and prints a line each.
pub(super) fn run(workspace: &Workspace) -> Result {
    if !has("valgrind") {
        return Err("--instructions needs valgrind: sudo apt-get install valgrind".into());
    }
    run_command(&mut cargo([
        "build",
        "--quiet",
        "--release",
        "--package",
        "obs-benches",
        "--bin",
        "one-call",
    ]))?;
    let program =
        workspace.target.join("release").join("one-call").with_extension(std::env::consts::EXE_EXTENSION);
    let rows = read(&mut Command::new(&program))?;
    println!("{:48} instructions a call", "");
    for row in rows.lines() {
        let count = |calls: u64| -> Result<u64> {
            let mut command = Command::new("valgrind");
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", INSIDE]).arg(&program);
            let output = command.args([row, &calls.to_string()]).output()?;
            let said = String::from_utf8_lossy(&output.stderr);
            match collected(&said) {
                Some(instructions) if output.status.success() => Ok(instructions),
                _ => Err(format!("callgrind failed on `{row}`: {}\n{said}", output.status).into()),
            }
        };
        // What the first call sets up is in both runs.
        let (few, many) = (count(CALLS)?, count(2 * CALLS)?);
        println!("{row:48} {:9.1}", many.saturating_sub(few) as f64 / CALLS as f64);
    }
    Ok(())
}

/// The sum that callgrind writes at the end: `==42== Collected : 123456`.
fn collected(said: &str) -> Option<u64> {
    said.lines().find_map(|line| line.split("Collected :").nth(1))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_found() {
        let said = "==42== Events    : Ir\n==42== Collected : 123456\n==42== \n";
        assert_eq!(collected(said), Some(123_456));
        assert_eq!(collected("==42== Events    : Ir\n"), None);
    }
}
