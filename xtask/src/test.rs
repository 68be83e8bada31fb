//! `cargo xtask test`: every check, in the order in which they are quick.

mod count;
mod cust;
mod features;
mod grafana;
mod listed;
mod npm;
mod packages;
mod rules;
mod stack;
mod suite;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::Result;
use crate::cargo::{cargo, run as run_command};
use crate::workspace::Workspace;
use count::Counts;

/// What to check.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// The names of the steps to run; none means all.
    pub(crate) only: Vec<&'static str>,
}

/// What the steps know and what they leave behind.
struct Run {
    workspace: Workspace,
    counts: Counts,
}

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Run) -> Result,
}

const STEPS: [Step; 11] = [
    Step {
        name: "packages",
        about: "the programs that the tests talk to are installed",
        run: packages::step,
    },
    Step { name: "fmt", about: "every file is formatted", run: fmt },
    Step {
        name: "clippy",
        about: "no lint has anything to say, tests, examples and benches included",
        run: clippy,
    },
    Step { name: "doc", about: "the documentation builds without a warning", run: doc },
    Step {
        name: "rules",
        about: "promtool and vmalert accept the committed rules, whose own tests pass",
        run: rules::step,
    },
    Step { name: "tests", about: "unit, integration, ui and doc tests pass", run: suite::step },
    Step {
        name: "cust",
        about: "streams of cust are timed, linked to a library in the driver's place",
        run: cust::step,
    },
    Step {
        name: "gpu",
        about: "the program that checks devices works, with a library in the driver's place",
        run: |run| crate::gpu::try_out(&run.workspace.target),
    },
    Step {
        name: "stack",
        about: "each stack is one to compose, Kubernetes and the Prometheus operator",
        run: stack::step,
    },
    Step {
        name: "grafana",
        about: "each dashboard is one to Grafana's own types, units and linter",
        run: grafana::step,
    },
    Step { name: "features", about: "each set of features compiles without a warning", run: features::step },
];

/// The names of the steps, in order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    STEPS.iter().map(|step| step.name)
}

/// What `--help` prints.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "\
Runs every check, says which failed, and counts the tests in its last line.

Usage: cargo xtask test [OPTIONS]

Options:
      --only <STEP>  One step; may be repeated
  -h, --help         Print this

Steps:
",
    );
    for Step { name, about, .. } in STEPS {
        let _ = writeln!(text, "  {name:9} {about}");
    }
    text
}

/// Runs the steps, all of them even when one fails, so that one run shows everything that is wrong, and says
/// whether all is well. The last thing it prints are the counted tests.
///
/// # Errors
///
/// When the workspace cannot be read at all.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut run = Run { workspace: Workspace::read()?, counts: Counts::default() };
    let mut report = String::new();
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(|step| options.only.is_empty() || options.only.contains(&step.name)) {
        println!("==> {}: {}", step.name, step.about);
        let began = Instant::now();
        let verdict = match (step.run)(&mut run) {
            Ok(()) => "ok",
            Err(error) => {
                println!("{error}");
                failed.push(step.name);
                "FAILED"
            }
        };
        let took = seconds(began.elapsed());
        println!("    {} {verdict}, {took}\n", step.name);
        let _ = writeln!(report, "{:10} {verdict:6} {took:>8}", step.name);
    }
    print!("{report}");
    if !failed.is_empty() {
        println!("\nfailed: {}", failed.join(", "));
    }
    if !run.counts.is_empty() {
        print!("\n{}", run.counts);
    }
    Ok(failed.is_empty())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn fmt(_: &mut Run) -> Result {
    run_command(&mut cargo(["fmt", "--all", "--check"]))
}

fn clippy(run: &mut Run) -> Result {
    let features = run.workspace.most_features();
    let arguments =
        ["clippy", "--workspace", "--all-targets", "--features", &features, "--", "-D", "warnings"];
    run_command(&mut cargo(arguments))
}

fn doc(run: &mut Run) -> Result {
    let features = run.workspace.most_features();
    let mut command = cargo(["doc", "--workspace", "--no-deps", "--features", &features]);
    run_command(command.env("RUSTDOCFLAGS", "-D warnings"))
}
