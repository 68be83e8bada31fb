//! `cargo run --release -p gpu-example`: see `--help`.

use gpu_example::args::{Args, USAGE};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("gpu-example: {problem}; see gpu-example --help");
            return ExitCode::from(2);
        }
    };
    match gpu_example::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("gpu-example: {problem}");
            ExitCode::FAILURE
        }
    }
}
