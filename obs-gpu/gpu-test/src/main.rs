//! What obs-gpu promises, checked and measured on a real device. See `HELP`.

mod bench;
mod check;
mod cli;
mod gpu;
mod observed;
mod setting;
mod statistics;

use cli::Task;
use setting::Setting;
use std::process::ExitCode;

/// Errors are sentences for the person who reads the table.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
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
