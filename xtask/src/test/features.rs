//! Every set of features compiles by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Run;
use crate::Result;
use crate::cargo::{cargo, read};
use crate::workspace::{OFF, Package};

/// The packages whose features are combined. The others have one or two, which the other steps see.
const COMBINED: [&str; 2] = ["obs-runtime", "obs-gpu"];

/// More sets than this are cut down to those that find nearly everything: none, each, each pair, all but one, all.
const MOST_SETS: usize = 128;

type Set<'a> = BTreeSet<&'a str>;

pub(super) fn step(run: &mut Run) -> Result {
    let mut builds = Vec::new();
    for name in COMBINED {
        let package = run.workspace.package(name).ok_or_else(|| format!("there is no package {name}"))?;
        builds.extend(sets(package).into_iter().map(|set| Build { package, set }));
    }
    let off = run.workspace.packages.iter().filter(|package| package.features.contains_key(OFF));
    let alone = off.filter(|package| !COMBINED.contains(&package.name.as_str()));
    builds.extend(alone.map(|package| Build { package, set: Set::from(["default", OFF]) }));

    let mut failed = Vec::new();
    for build in &builds {
        println!("  {build}");
        if let Err(error) = build.check() {
            // Most likely they all say the same.
            if failed.is_empty() {
                println!("{error}");
            }
            failed.push(build.to_string());
        }
    }
    match failed.len() {
        0 => Ok(()),
        count => Err(format!("{count} of {} failed:\n  {}", builds.len(), failed.join("\n  ")).into()),
    }
}

/// A package with some of its features.
struct Build<'a> {
    package: &'a Package,
    set: Set<'a>,
}

impl Build<'_> {
    /// Lints the package. Clippy passes `-D warnings` to it alone: its dependencies are built once for all sets.
    fn check(&self) -> Result {
        let mut command = cargo(["clippy", "--quiet", "--no-deps", "--no-default-features"]);
        command.args(["--package", &self.package.name, "--features", &self.features()]);
        read(command.args(["--", "-D", "warnings"])).map(drop)
    }

    fn features(&self) -> String {
        let known = self.set.iter().filter(|name| self.package.features.contains_key(**name));
        known.copied().collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for Build<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.features() {
            none if none.is_empty() => write!(f, "{} without features", self.package.name),
            features => write!(f, "{} with {features}", self.package.name),
        }
    }
}

/// The sets of a package's features that differ: what a feature switches on is in the set with it.
fn sets(package: &Package) -> BTreeSet<Set<'_>> {
    let names: Vec<&str> =
        package.features.keys().map(String::as_str).filter(|name| *name != "default").collect();
    let all: BTreeSet<_> = subsets(&names).into_iter().map(|set| closed(set, &package.features)).collect();
    if all.len() <= MOST_SETS {
        return all;
    }
    let whole = names.len();
    all.into_iter().filter(|set| set.len() <= 2 || set.len() + 1 >= whole).collect()
}

fn subsets<'a>(names: &[&'a str]) -> Vec<Set<'a>> {
    names.iter().fold(vec![Set::new()], |sets, name| {
        let with = sets.iter().map(|set| set.iter().copied().chain([*name]).collect());
        with.chain(sets.iter().cloned()).collect()
    })
}

/// The set with everything that its features switch on.
fn closed<'a>(mut set: Set<'a>, features: &'a BTreeMap<String, Vec<String>>) -> Set<'a> {
    loop {
        let on = set.iter().filter_map(|name| features.get(*name)).flatten().map(String::as_str);
        let more: Set<'_> = on.filter(|name| features.contains_key(*name) && !set.contains(name)).collect();
        if more.is_empty() {
            return set;
        }
        set.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(features: &[(&str, &[&str])]) -> Package {
        let features = features
            .iter()
            .map(|(name, on)| (name.to_string(), on.iter().map(ToString::to_string).collect()));
        Package { name: COMBINED[0].into(), features: features.collect(), targets: Vec::new() }
    }

    #[test]
    fn every_set_is_there_once() {
        let package = package(&[("default", &["a"]), ("a", &["dep:x"]), ("b", &[]), ("c", &[])]);
        let sets = sets(&package);
        assert_eq!(sets.len(), 8);
        assert!(sets.contains(&Set::new()) && sets.contains(&Set::from(["a", "b", "c"])));
    }

    #[test]
    fn sets_that_are_the_same_to_cargo_are_one() {
        let package = package(&[("a", &["b"]), ("b", &[])]);
        assert_eq!(sets(&package), BTreeSet::from([Set::new(), Set::from(["b"]), Set::from(["a", "b"])]));
    }

    #[test]
    fn too_many_sets_are_cut_to_pairs_and_all_but_one() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let features: Vec<(&str, &[&str])> = names.iter().map(|name| (*name, &[][..])).collect();
        let package = package(&features);
        let sets = sets(&package);
        // None, 8 alone, 28 pairs, 8 with one left out, and all.
        assert_eq!(sets.len(), 1 + 8 + 28 + 8 + 1);
    }
}
