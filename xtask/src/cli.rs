//! The command line: one task and its options.

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt};

use crate::{Result, bench, test};

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Print this and leave.
    Help(String),
    /// `cargo xtask test`
    Test(test::Options),
    /// `cargo xtask bench`
    Bench(bench::Options),
}

const HELP: &str = "\
What CI runs, runnable by hand.

Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  test    Every check: format, lints, docs, tests, features. Its last line counts the tests.
  bench   Every budget, measured beside the peers: one table, and target/bench/summary.json.

`cargo xtask <TASK> --help` says more.
";

const BENCH: &str = "\
Measures every budget beside the peers, prints one table and writes target/bench/summary.json.

A missed budget is printed, never a failure: a machine that is busy with something else misses them all.

Usage: cargo xtask bench [OPTIONS]

Options:
      --quick          Shorter samples and fewer rounds: a look, not a measurement
      --only <SECTION> calls, check, footprint or service; may be repeated
      --instructions   Count the instructions of one call with callgrind (needs valgrind), and nothing else
  -h, --help           Print this
";

/// Reads the arguments, the program's name first.
///
/// # Errors
///
/// An argument that no task knows, with what belongs there.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Task> {
    let mut parser = Parser::from_iter(arguments);
    match parser.next()? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => Ok(Task::Help(HELP.into())),
        Some(Arg::Value(task)) => match task.to_str() {
            Some("test") => parse_test(&mut parser),
            Some("bench") => parse_bench(&mut parser),
            _ => Err(format!("no task is named {task:?}; there are test and bench").into()),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

fn parse_test(parser: &mut Parser) -> Result<Task> {
    let mut options = test::Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Help(test::help())),
            Arg::Long("only") => options.only.push(choice("step", test::names(), parser)?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Test(options))
}

fn parse_bench(parser: &mut Parser) -> Result<Task> {
    let mut options = bench::Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Help(BENCH.into())),
            Arg::Long("quick") => options.quick = true,
            Arg::Long("instructions") => options.instructions = true,
            Arg::Long("only") => options.only.push(choice("section", bench::SECTIONS, parser)?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Bench(options))
}

/// The value of an option that takes one of a few words.
fn choice(
    what: &str,
    words: impl IntoIterator<Item = &'static str>,
    parser: &mut Parser,
) -> Result<&'static str> {
    let given = parser.value()?.string()?;
    let words: Vec<_> = words.into_iter().collect();
    let known = words.iter().find(|word| **word == given).copied();
    known.ok_or_else(|| format!("no {what} is named `{given}`; there are {}", words.join(", ")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(line: &str) -> Result<Task> {
        parse(["xtask"].into_iter().chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn a_task_and_its_options_are_read() {
        let options = test::Options { only: vec!["fmt", "clippy"] };
        assert_eq!(task("test --only fmt --only=clippy").unwrap(), Task::Test(options));
        let options = bench::Options { quick: true, instructions: false, only: vec!["check"] };
        assert_eq!(task("bench --quick --only check").unwrap(), Task::Bench(options));
    }

    #[test]
    fn help_is_there_for_each_task() {
        for line in ["", "--help", "-h", "test --help", "bench -h"] {
            let Task::Help(text) = task(line).unwrap() else { panic!("no help for `{line}`") };
            assert!(text.contains("Usage: cargo xtask"), "{text}");
        }
    }

    #[test]
    fn a_wrong_word_is_answered_with_the_right_ones() {
        let error = |line| task(line).unwrap_err().to_string();
        assert_eq!(error("tset"), r#"no task is named "tset"; there are test and bench"#);
        assert!(error("test --only fmtt").starts_with("no step is named `fmtt`; there are packages, fmt"));
        assert_eq!(error("bench --fast"), "invalid option '--fast'");
    }
}
