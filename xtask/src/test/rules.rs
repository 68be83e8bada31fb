//! The generated rules that are committed, as the programs see them that evaluate them.

use std::process::Command;

use super::Run;
use super::listed::listed;
use crate::Result;
use crate::cargo::{root, run as run_command};

/// The rules in the repository and their tests: those of the examples, and the golden ones.
const RULES: &str = "*/rules/*.yml";

pub(super) fn step(_: &mut Run) -> Result {
    let files = listed(RULES)?;
    let (tests, rules): (Vec<&String>, Vec<&String>) = files.iter().partition(|file| is_test(file));
    if tests.is_empty() || rules.is_empty() {
        return Err("there are no rules to check".into());
    }
    for file in rules {
        run_command(Command::new("promtool").current_dir(root()).args(["check", "rules", file]))?;
        let rule = format!("-rule={file}");
        run_command(Command::new("vmalert").current_dir(root()).args(["-dryRun", &rule]))?;
    }
    for file in tests {
        run_command(Command::new("promtool").current_dir(root()).args(["test", "rules", file]))?;
    }
    Ok(())
}

fn is_test(file: &str) -> bool {
    file.contains("/rules/tests/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list by hand forgets the example that came last.
    #[test]
    fn the_rules_of_every_example_and_the_golden_ones_are_found_with_their_tests() {
        let found = listed(RULES).unwrap();
        for (directory, name) in [
            ("codegen/tests/golden", "orders"),
            ("examples/gpu/observability", "gpu-example"),
            ("examples/quickstart/observability", "quickstart"),
            ("examples/shop/observability", "shop"),
        ] {
            for below in ["rules", "rules/tests"] {
                let file = format!("{directory}/{below}/{name}.yml");
                assert!(found.contains(&file), "no {file} in {found:?}");
                assert_eq!(is_test(&file), below.ends_with("tests"));
            }
        }
    }
}
