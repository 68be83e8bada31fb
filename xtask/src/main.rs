//! What CI runs, runnable by hand: `cargo xtask --help`.

mod bench;
mod cargo;
mod cli;
mod gpu;
mod test;
mod workspace;

use std::process::ExitCode;

/// What a task gives back. Errors are sentences for the person who typed the command.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let done = cli::parse(std::env::args_os()).and_then(|task| match task {
        cli::Task::Help(text) => {
            print!("{text}");
            Ok(true)
        }
        cli::Task::Test(options) => test::run(&options),
        cli::Task::Bench(options) => bench::run(&options).map(|()| true),
        cli::Task::GpuTest(options) => gpu::test(&options),
        cli::Task::GpuBench(options) => gpu::bench(&options),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
