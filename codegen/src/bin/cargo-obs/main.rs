//! `cargo obs`: what a package measures, from its source.

mod args;
mod check;
mod generate;
mod lint;
mod list;
mod project;
mod table;

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
    let code = match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            FAILED
        }
    };
    ExitCode::from(code)
}

/// Runs the command, and gives its exit code.
fn run(args: &Args) -> Result<u8, String> {
    let projects = project::select(args.common())?;
    match &args.command {
        Command::Generate(_) => generate::run(&projects),
        Command::Check(_) => check::run(&projects),
        Command::Lint(lint) => lint::run(&projects, &lint.allow),
        Command::List(list) => list::run(&projects, list.json),
    }
}

/// Prints findings, or else the sentence that says there are none; gives the exit code.
fn tell(findings: &[String], otherwise: &str) -> u8 {
    if findings.is_empty() {
        println!("{otherwise}");
        return FINE;
    }
    findings.iter().for_each(|finding| println!("{finding}"));
    FOUND
}
