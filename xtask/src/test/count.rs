//! Counting what `cargo test` prints.

use std::collections::BTreeMap;
use std::fmt;

use crate::workspace::Workspace;

/// The package whose tests compile, or must not compile, a file each.
const UI: &str = "ui-tests";

/// What a test is, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Unit,
    Integration,
    Ui,
    Doc,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// The tests of a run.
#[derive(Debug, Default)]
pub(super) struct Counts {
    kinds: BTreeMap<Kind, Count>,
    /// The files of the ui tests: one test goes through many.
    ui_files: u64,
}

impl Counts {
    /// Whether no test has run.
    pub(super) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Counts the lines of one `cargo test`.
    pub(super) fn counter<'a>(&'a mut self, workspace: &'a Workspace) -> Counter<'a> {
        Counter { counts: self, workspace, kind: Kind::Unit }
    }

    fn total(&self) -> Count {
        self.kinds.values().fold(Count::default(), |sum, count| Count {
            passed: sum.passed + count.passed,
            failed: sum.failed + count.failed,
            ignored: sum.ignored + count.ignored,
        })
    }
}

impl fmt::Display for Counts {
    /// A line for each kind, and a last one for all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, count) in &self.kinds {
            let Count { passed, failed, ignored } = count;
            let name = match kind {
                Kind::Unit => "unit tests",
                Kind::Integration => "integration tests",
                Kind::Ui => "ui tests",
                Kind::Doc => "doc tests",
            };
            write!(f, "{name:18} {passed:5} passed, {failed} failed")?;
            if *ignored > 0 {
                write!(f, ", {ignored} ignored")?;
            }
            if *kind == Kind::Ui && self.ui_files > 0 {
                write!(f, ", over {} files", self.ui_files)?;
            }
            writeln!(f)?;
        }
        let Count { passed, failed, .. } = self.total();
        writeln!(f, "{passed} passed, {failed} failed")
    }
}

/// Reads a run line by line.
#[derive(Debug)]
pub(super) struct Counter<'a> {
    counts: &'a mut Counts,
    workspace: &'a Workspace,
    /// Of the target that runs.
    kind: Kind,
}

impl Counter<'_> {
    /// Takes note of a line, with or without colours.
    pub(super) fn line(&mut self, line: &str) {
        let line = plain(line);
        let line = line.trim();
        if let Some(target) = line.strip_prefix("Running ") {
            self.kind = self.kind_of(target);
        } else if line.starts_with("Doc-tests ") {
            self.kind = Kind::Doc;
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let count = self.counts.kinds.entry(self.kind).or_default();
            count.passed += number_before(result, " passed");
            count.failed += number_before(result, " failed");
            count.ignored += number_before(result, " ignored");
        } else if self.kind == Kind::Ui && is_ui_file(line) {
            self.counts.ui_files += 1;
        }
    }

    /// `unittests src/lib.rs (…)`, or `tests/exact.rs (…)` relative to a package that is not named.
    fn kind_of(&self, target: &str) -> Kind {
        if target.starts_with("unittests ") {
            return Kind::Unit;
        }
        let path = target.split(" (").next().unwrap_or(target).replace('\\', "/");
        let ui =
            self.workspace.package(UI).is_some_and(|ui| ui.targets.iter().any(|target| target.path == path));
        if ui { Kind::Ui } else { Kind::Integration }
    }
}

/// How trybuild reports a file: `test fail/label/unbounded.rs ... ok`.
fn is_ui_file(line: &str) -> bool {
    let file = line.strip_prefix("test ").and_then(|rest| rest.split(" ... ").next());
    file.is_some_and(|file| file.split(' ').next().is_some_and(|path| path.ends_with(".rs")))
}

/// The number in front of that word.
fn number_before(text: &str, word: &str) -> u64 {
    let digits = text.split(word).next().and_then(|before| before.split_whitespace().last());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// The line without the escape sequences that colour it.
fn plain(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut plain = String::from(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        plain.push_str(&part[end..]);
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::workspace::{Package, Target};

    fn workspace() -> Workspace {
        let target = |path: &str| Target {
            name: "t".into(),
            kind: "test".into(),
            path: path.into(),
            required_features: Vec::new(),
        };
        let ui = Package { name: UI.into(), features: BTreeMap::new(), targets: vec![target("tests/ui.rs")] };
        Workspace { packages: vec![ui], target: PathBuf::new() }
    }

    fn counted(output: &str) -> Counts {
        let mut counts = Counts::default();
        let workspace = workspace();
        let mut counter = counts.counter(&workspace);
        output.lines().for_each(|line| counter.line(line));
        counts
    }

    #[test]
    fn each_kind_is_counted_and_the_last_line_is_the_sum() {
        let counts = counted(
            "\
   Compiling obs-model v0.1.0
     Running unittests src/lib.rs (target/debug/deps/obs_model-1f)
test bucket::tests::a_bound_is_found ... ok
test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
     Running tests/exact.rs (target/debug/deps/exact-2e)
test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
     Running tests/ui.rs (target/debug/deps/ui-3d)
test fail/label/unbounded.rs [should fail to compile] ... ok
test pass/async.rs ... ok
test compile ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 9.01s
   Doc-tests obs_model
test obs-model/src/unit.rs - unit::Unit (line 3) ... ok
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
",
        );
        assert_eq!(
            counts.to_string(),
            "\
unit tests            12 passed, 0 failed
integration tests      3 passed, 1 failed
ui tests               1 passed, 0 failed, over 2 files
doc tests              2 passed, 0 failed, 1 ignored
18 passed, 1 failed
"
        );
    }

    #[test]
    fn colours_do_not_hide_anything() {
        let counts = counted(
            "\u{1b}[1m\u{1b}[92m     Running\u{1b}[0m tests/ui.rs (deps/ui-1)\ntest result: \u{1b}[32mok\u{1b}[m. 4 passed; 0 failed; 0 ignored",
        );
        assert_eq!(counts.kinds[&Kind::Ui], Count { passed: 4, failed: 0, ignored: 0 });
    }

    #[test]
    fn nothing_run_is_nothing_counted() {
        assert!(counted("error: could not compile `obs-model`").is_empty());
    }
}
