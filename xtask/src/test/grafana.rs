//! Every dashboard is one to Grafana: by its own types, its units, and the rules of its linter.

use std::process::Command;

use super::listed::listed;
use super::{Run, npm};
use crate::Result;
use crate::cargo::root;

/// The programs that check, with what they need; see `check.mjs` there.
const TOOLS: &str = "xtask/grafana";

/// The dashboards in the repository: those of the examples, and the golden ones.
const DASHBOARDS: &str = "*/dashboards/*.json";

/// The list of units that the code generator accepts.
const UNITS: &str = "codegen/src/dashboard/units.txt";

pub(super) fn step(run: &mut Run) -> Result {
    let tools = npm::install("grafana", &run.workspace.target)?;
    let dashboards = listed(DASHBOARDS)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboards_of_the_examples_and_the_golden_ones_are_found() {
        let found = listed(DASHBOARDS).unwrap();
        for file in [
            "codegen/tests/golden/dashboards/orders-overview.json",
            "codegen/tests/golden-composed/dashboards/orders-shipping-desk.json",
            "examples/quickstart/observability/dashboards/quickstart-overview.json",
        ] {
            assert!(found.iter().any(|path| path == file), "no {file} in {found:?}");
        }
    }
}
