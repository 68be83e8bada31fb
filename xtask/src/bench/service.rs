//! A service under load: runs the program that measures it, and reads what it found.

use serde_json::Value;

use super::figures::{Figures, Section};
use crate::Result;
use crate::cargo::{cargo, read_loudly};

/// What everything costs, in per cent of what the service does without.
pub(super) const THROUGHPUT: &str = "throughput, everything on";
pub(super) const P99: &str = "p99, everything on";
/// What a collector that does not work costs, in per cent of what one costs that works.
pub(super) const DOWN: &str = "p99, collector down";
pub(super) const HANGS: &str = "p99, collector hangs";
pub(super) const SLOW: &str = "p99, collector slow";
pub(super) const ERRORS: &str = "p99, collector answers errors";

/// Builds and runs it. What it says of quartiles and of counts, it says while it runs.
///
/// # Errors
///
/// It cannot be built, or its counts do not add up.
pub(super) fn measure(quick: bool, figures: &mut Figures) -> Result {
    println!("a service under load");
    let mut command =
        cargo(["run", "--quiet", "--profile", "bench", "--package", "obs-benches", "--bin", "service"]);
    if quick {
        command.args(["--", "--quick"]);
    }
    for line in read_loudly(&mut command)?.lines() {
        if let Some((name, percent)) = figure(line) {
            figures.add(Section::Service, &name, 1, percent);
        }
    }
    Ok(())
}

/// The name and the per cent of a pair; what else is told has no place in the table.
fn figure(line: &str) -> Option<(String, f64)> {
    let line: Value = serde_json::from_str(line).ok()?;
    Some((line["name"].as_str()?.to_owned(), line["percent"].as_f64()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_figures_and_the_rest_is_not() {
        assert_eq!(figure(r#"{"name":"p99, everything on","percent":0.5}"#), Some((P99.to_owned(), 0.5)));
        assert_eq!(figure(r#"{"name":"p99, collector down","mebibytes":3.5,"lost":7}"#), None);
        assert_eq!(figure("Compiling"), None);
    }
}
