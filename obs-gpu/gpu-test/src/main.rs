//! What obs-gpu promises, checked and measured on a real device. See `HELP`.

#[cfg(target_os = "linux")]
mod bench;
#[cfg(target_os = "linux")]
mod check;
#[cfg(target_os = "linux")]
mod cli;
#[cfg(target_os = "linux")]
mod gpu;
#[cfg(target_os = "linux")]
mod observed;
#[cfg(target_os = "linux")]
mod setting;
#[cfg(target_os = "linux")]
mod statistics;
#[cfg(target_os = "linux")]
mod task;

#[cfg(target_os = "linux")]
use task::{Result, main as run};

#[cfg(not(target_os = "linux"))]
fn run() -> std::process::ExitCode {
    eprintln!("obs-gpu-test: this program is one for Linux");
    std::process::ExitCode::from(2)
}

fn main() -> std::process::ExitCode {
    run()
}
