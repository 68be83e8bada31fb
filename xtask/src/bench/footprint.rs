//! What depending on obs-runtime brings along: crates, and a clean build of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Instant;

use super::figures::{Figures, Section};
use crate::Result;
use crate::cargo::{cargo, read};

/// The row of the number of crates, obs-runtime included.
pub(super) const CRATES: &str = "crates in the tree";
/// The row of the clean build.
pub(super) const BUILD: &str = "clean build on 2 cores [s]";

/// Counts and builds.
pub(super) fn measure(folder: &Path, quick: bool, figures: &mut Figures) -> Result {
    let edges = ["--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    let tree = read(cargo(["tree", "--package", "obs-runtime"]).args(edges))?;
    figures.add(Section::Footprint, CRATES, 1, crates(&tree) as f64);

    let target = folder.join("footprint");
    let rounds = if quick { 1 } else { 2 };
    for round in 1..=rounds {
        println!("round {round} of {rounds}: clean build");
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        let mut command = cargo(["build", "--quiet", "--package", "obs-runtime", "--jobs", "2"]);
        let began = Instant::now();
        read(command.env("CARGO_TARGET_DIR", &target))?;
        figures.add(Section::Footprint, BUILD, 1, began.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Each `name version` of the tree once; marks such as `(*)` and `(proc-macro)` come after them.
fn crates(tree: &str) -> usize {
    let name = |line: &str| Some(line.split_whitespace().take(2).collect::<Vec<_>>().join(" "));
    tree.lines().filter(|line| !line.is_empty()).filter_map(name).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_counted_once() {
        let tree = "obs-runtime v0.1.0 (/obs)\nsyn v3.0.9\nquote v1.0.47\nsyn v3.0.9 (*)\nsyn v2.0.1\n\n";
        assert_eq!(crates(tree), 4);
    }
}
