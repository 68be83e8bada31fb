//! What cargo is told: what to watch, what to warn of, and why the build cannot go on.

use super::Report;
use crate::mistake::{Errors, Mistake};
use crate::package::{Crate, Package};
use crate::source::Source;
use std::path::PathBuf;

/// What was read, and where something could appear that would have been: cargo watches nothing else once
/// it is told anything. It takes a path that is not there as changed, until it is there.
pub(super) fn watched(package: &Package, source: &Source) -> Vec<PathBuf> {
    let mut paths = vec![package.root.join("Cargo.toml")];
    let bins = package.root.join("src/bin");
    if bins.is_dir() {
        paths.push(bins);
    }
    let roots = package.crates.iter().map(|krate: &Crate| krate.root.clone());
    paths.extend(roots.filter(|root| root.is_file()));
    paths.extend(source.files.iter().chain(&source.absent).cloned());
    paths.sort();
    paths.dedup();
    paths
}

/// What cargo is told, a line each. A build that failed is run again in any case.
pub(super) fn directives(outcome: &Result<Report, Errors>) -> String {
    let line = |directive: &str, text: String| format!("cargo::{directive}={text}\n");
    match outcome {
        Ok(report) => {
            let paths = report
                .rerun_if_changed
                .iter()
                .map(|path| line("rerun-if-changed", path.display().to_string()));
            paths.chain(report.warnings.iter().map(|warning| line("warning", one_line(warning)))).collect()
        }
        Err(Errors(mistakes)) => mistakes.iter().map(|mistake| line("error", one_line(mistake))).collect(),
    }
}

/// Cargo reads one line as one message.
fn one_line(mistake: &Mistake) -> String {
    mistake.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use obs_model::Catalogue;

    #[test]
    fn cargo_is_told_line_by_line() {
        let report = Report {
            catalogue: Catalogue::default(),
            written: Vec::new(),
            rerun_if_changed: vec!["Cargo.toml".into(), "src/lib.rs".into()],
            warnings: vec![Mistake::in_file("src/a.rs", "two\n  lines")],
        };
        let told = "cargo::rerun-if-changed=Cargo.toml\ncargo::rerun-if-changed=src/lib.rs\n\
                    cargo::warning=src/a.rs: two lines\n";
        assert_eq!(directives(&Ok(report)), told);
        let errors = Errors(vec![Mistake::in_file("a", "x"), Mistake::in_file("b", "y")]);
        assert_eq!(directives(&Err(errors)), "cargo::error=a: x\ncargo::error=b: y\n");
    }
}
