//! The checks: each in a process of its own, on a device that nothing has happened to.

mod agreement;
mod capture;
mod failure;
mod pool;
mod spans;
mod streams;

use crate::Result;
use crate::gpu::Gpu;
use crate::setting::{self, Setting};
use std::fmt::Write as _;
use std::io::Read as _;
use std::process::Child;
use std::time::{Duration, Instant};

/// Which checks to run.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) fake: bool,
    /// None means all.
    pub(crate) only: Vec<String>,
}

struct Check {
    name: &'static str,
    about: &'static str,
    /// What it found, in a few words.
    run: fn(&Gpu) -> Result<String>,
}

const CHECKS: [Check; 14] = [
    Check {
        name: "spin-20us",
        about: "time agrees with a synchronised reference: 20 µs",
        run: agreement::short,
    },
    Check { name: "spin-200us", about: "the same, 200 µs", run: agreement::middle },
    Check { name: "spin-5ms", about: "the same, 5 ms", run: agreement::long },
    Check { name: "saxpy", about: "the same, y = a x + y", run: agreement::saxpy },
    Check { name: "copy", about: "the same, y = x", run: agreement::copy },
    Check {
        name: "order",
        about: "kernels of one stream are told apart, and in their order",
        run: streams::order,
    },
    Check {
        name: "streams",
        about: "kernels of several streams are timed each by itself",
        run: streams::several,
    },
    Check { name: "threads", about: "threads without a context can launch", run: streams::threads },
    Check {
        name: "capture",
        about: "what is captured is counted, not timed, and comes out whole",
        run: capture::whole,
    },
    Check {
        name: "pool",
        about: "a launch that finds no events is counted and not delayed",
        run: pool::exhausted,
    },
    Check {
        name: "refused",
        about: "a launch that the driver refuses is an error, and the next one is fine",
        run: failure::refused,
    },
    Check {
        name: "lost",
        about: "a kernel that loses the context costs its timings, not the program",
        run: failure::lost,
    },
    Check {
        name: "destroyed",
        about: "a context that goes, and its events with it, is never asked again",
        run: failure::destroyed,
    },
    Check {
        name: "spans",
        about: "a kernel's span lies where it ran, on the host's clock",
        run: spans::inside,
    },
];

/// How long a check may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What `--list` prints.
pub(crate) fn list() -> String {
    CHECKS.iter().fold(String::new(), |mut text, Check { name, about, .. }| {
        let _ = writeln!(text, "{name:12} {about}");
        text
    })
}

pub(crate) fn exists(name: &str) -> bool {
    CHECKS.iter().any(|check| check.name == name)
}

/// Runs the checks, and prints a line for each. Whether all hold.
///
/// # Errors
///
/// When a process cannot be started.
pub(crate) fn run_all(setting: &Setting, options: &Options) -> Result<bool> {
    let wanted =
        |check: &&Check| options.only.is_empty() || options.only.iter().any(|name| name == check.name);
    let (mut passed, mut failed) = (0, 0);
    for check in CHECKS.iter().filter(wanted) {
        let child = setting.spawn_counted(&[check.name])?;
        let (holds, found) = verdict(child)?;
        println!("{:12} {:6} {found}", check.name, if holds { "ok" } else { "FAILED" });
        if holds { passed += 1 } else { failed += 1 }
    }
    println!("\n{passed} passed, {failed} failed; in those that passed, obs-gpu never waited for the device");
    Ok(failed == 0)
}

/// Whether the child ended well, and what it said.
fn verdict(mut child: Child) -> Result<(bool, String)> {
    let began = Instant::now();
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if began.elapsed() > PATIENCE => {
                child.kill()?;
                break child.wait()?;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let (mut said, mut complained) = (String::new(), String::new());
    child.stdout.take().map(|mut pipe| pipe.read_to_string(&mut said)).transpose()?;
    child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut complained)).transpose()?;
    match status.code() {
        Some(0) => Ok((true, said.trim().to_owned())),
        Some(_) => Ok((false, complained.trim().to_owned())),
        None => Ok((false, format!("ended by {status}; {}", complained.trim()))),
    }
}

/// Runs one check in this process, prints what it found, and makes sure that obs-gpu never waited.
///
/// # Errors
///
/// What does not hold.
pub(crate) fn run(name: &str) -> Result {
    let check = CHECKS.iter().find(|check| check.name == name).ok_or("there is no such check")?;
    // Fewer than the checks launch, so that one can run out of them.
    obs_gpu::configure(obs_gpu::Config::new().pairs(64))?;
    let gpu = Gpu::open()?;
    gpu.warm_up()?;
    let found = (check.run)(&gpu)?;
    let calls = setting::Calls::open()?;
    match calls.waits()? {
        0 if calls.of("cuEventRecord")? == 0 => {
            Err("obs-gpu's calls are not counted: it recorded nothing".into())
        }
        0 => {
            println!("{found}");
            Ok(())
        }
        waits => Err(format!("obs-gpu waited for the device {waits} times").into()),
    }
}
