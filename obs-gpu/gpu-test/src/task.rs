//! From the command line to what it asks for.

use crate::cli::{self, Task};
use crate::setting::Setting;
use crate::{bench, check};
use std::process::ExitCode;

/// Errors are sentences for the person who reads the table.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Reads the arguments, and does what they say.
pub(crate) fn main() -> ExitCode {
    match cli::parse(std::env::args_os()).and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("obs-gpu-test: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(task: Task) -> Result<bool> {
    match task {
        Task::Print(text) => {
            print!("{text}");
            Ok(true)
        }
        // In processes of their own: a check may lose its device, or be the first to launch.
        Task::Child(name) => check::run(&name).map(|()| true),
        Task::ChildBench(options) => bench::run(&options).map(|()| true),
        Task::Check(options) => {
            let setting = Setting::prepare(options.fake)?;
            println!("{setting}\n");
            check::run_all(&setting, &options)
        }
        Task::Bench(options) => {
            let setting = Setting::prepare(options.fake)?;
            println!("{setting}\n");
            setting.spawn(&options.arguments())?.wait().map(|status| status.success()).map_err(Into::into)
        }
    }
}
