//! `cargo obs`: what a package measures, from its source or from the program that was built of it.
//!
//! | command | what it says | exits with 1 if |
//! |---|---|---|
//! | `generate` | which files it wrote | an attribute is wrong; then nothing is written |
//! | `check` | what is out of date, and what no query can be answered | there is any of it |
//! | `lint` | what could be better | there is any of it |
//! | `list` | functions, metrics, errors, objectives, alerts | the committed catalogue is another |
//! | `diff` | what a release changes and breaks | a change is breaking, or something is broken |
//! | `explain` | where something is recorded, and who uses it | never |
//!
//! Every command exits with 0 if there is nothing to say, and with 2 if an argument is wrong or something
//! cannot be read; that is told on standard error. Findings are lines of standard output that start with
//! `file:line:column:`. With `--json` there is one JSON document instead, an array with an object for each
//! package; of `list`, one catalogue with the keys `alerts` and `objectives` besides.
//!
//! The source is read by the command itself, with `cargo metadata --no-deps` and `rustc --print cfg`. Only
//! where a build script composes dashboards, alerts or objectives is it run, by `cargo check`: what it
//! composes is known to no one else. What other crates measure, and what macros write, is not in the source
//! either; `--url` and `--binary` ask a program for the catalogue that was linked into it.

mod answer;
mod args;
mod check;
mod composed;
mod diff;
mod explain;
mod generate;
mod git;
mod linked;
mod lint;
mod list;
mod project;
mod table;

use answer::Answer;
use args::{Args, Command};
use clap::Parser;
use std::process::ExitCode;

/// Nothing to say.
const FINE: u8 = 0;
/// Something was found; it was told on standard output.
const FOUND: u8 = 1;
/// It could not be looked: a wrong argument, or a file that cannot be read.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    // Cargo runs `cargo obs list` as `cargo-obs obs list`.
    let obs = |(at, word): &(usize, std::ffi::OsString)| !(*at == 1 && word == "obs");
    let words = std::env::args_os().enumerate().filter(obs).map(|(_, word)| word);
    let args = Args::parse_from(words);
    let printed = run(&args).and_then(|answer| {
        answer.print(args.common().json).map_err(|error| error.to_string())?;
        Ok(answer.code)
    });
    let code = match printed {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            FAILED
        }
    };
    ExitCode::from(code)
}

/// Runs the command.
fn run(args: &Args) -> Result<Answer, String> {
    let common = args.common();
    if let Command::Diff(arguments) = &args.command {
        return diff::run(common, arguments);
    }
    let projects = project::select(common)?;
    match &args.command {
        Command::Generate(generate) => generate::run(&projects, generate.lines),
        Command::Check(_) => check::run(&projects),
        Command::Lint(lint) => lint::run(&projects, &lint.allow),
        Command::List(_) => list::run(&projects),
        Command::Explain(explain) => explain::run(&projects, &explain.name),
        Command::Diff(_) => Ok(Answer::empty()),
    }
}
