//! The command line.

use crate::{Result, bench, check};
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Task {
    Print(String),
    Check(check::Options),
    Bench(bench::Options),
    /// One check, in this process.
    Child(String),
    ChildBench(bench::Options),
}

const HELP: &str = "\
Checks on a real device what obs-gpu promises, or measures what it costs. One file: carry it where the device is.

Without a driver both run against a fake one, and say so.

Usage: obs-gpu-test [OPTIONS] [CHECK...]
       obs-gpu-test bench [OPTIONS]

Options:
      --list        Name the checks, and what each is about
      --fake        Use the fake driver even though there is a real one
      --quick       bench: fewer repeats; a look, not a measurement
      --out <FILE>  bench: write the results there, as Markdown, if a device made them
  -h, --help        Print this

It ends with 0 if everything holds, with 1 if something does not, and with 2 if it could not be found out.
";

/// Reads the arguments, the program's name first.
///
/// # Errors
///
/// What is none of them.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Task> {
    let mut parser = Parser::from_iter(arguments);
    let mut words = Vec::new();
    let (mut child, mut fake, mut quick, mut out) = (false, false, false, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Print(HELP.into())),
            Arg::Long("list") => return Ok(Task::Print(check::list())),
            Arg::Long("fake") => fake = true,
            Arg::Long("quick") => quick = true,
            Arg::Long("out") => out = Some(parser.value()?.into()),
            Arg::Long("child") => child = true,
            Arg::Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if words.first().is_some_and(|word| word == "bench") {
        let options = bench::Options { fake, quick, out };
        return Ok(if child { Task::ChildBench(options) } else { Task::Bench(options) });
    }
    if let Some(unknown) = words.iter().find(|word| !check::exists(word)) {
        return Err(format!("no check is named `{unknown}`; --list names them").into());
    }
    match (child, words.as_slice()) {
        (true, [one]) => Ok(Task::Child(one.clone())),
        _ => Ok(Task::Check(check::Options { fake, only: words })),
    }
}
