//! Every stack is one to those who read it: by the compose specification, and by the types of Kubernetes and
//! of the Prometheus operator.

use std::process::Command;

use super::listed::listed;
use super::{Run, npm};
use crate::Result;
use crate::cargo::{root, run as run_command};

/// What every stack has, below the directory of the artefacts.
const COMPOSE: &str = "/stack/compose.yaml";

pub(super) fn step(run: &mut Run) -> Result {
    let tools = npm::install("stack", &run.workspace.target)?;
    let stacks = stacks()?;
    if stacks.is_empty() {
        return Err("there are no stacks to check".into());
    }
    let mut command = Command::new("node");
    run_command(command.current_dir(root()).arg(tools.join("check.mjs")).args(&stacks))
}

/// The directories of artefacts with a stack: those of the examples, and the golden ones.
fn stacks() -> Result<Vec<String>> {
    let files = listed(&format!("*{COMPOSE}"))?;
    Ok(files.iter().filter_map(|file| Some(file.strip_suffix(COMPOSE)?.to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stacks_of_the_examples_and_the_golden_ones_are_found() {
        let found = stacks().unwrap();
        for directory in ["codegen/tests/golden", "examples/quickstart/observability"] {
            assert!(found.iter().any(|path| path == directory), "no {directory} in {found:?}");
        }
    }
}
