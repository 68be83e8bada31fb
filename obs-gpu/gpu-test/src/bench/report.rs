//! The figures, for the terminal and for the repository.

use crate::Result;
use crate::gpu::Gpu;
use crate::setting;
use crate::statistics::time;
use obs_gpu::cuda::{self, Status};
use std::fmt;
use std::process::Command;

/// What was measured, and on what.
#[derive(Debug)]
pub(super) struct Report {
    device: String,
    driver: String,
    day: String,
    /// Seconds a launch: bare, with two events, observed with every launch timed, observed by default.
    pub(super) host: [f64; 4],
    /// The kernel's microseconds; seconds a launch, bare and observed by default.
    pub(super) throughput: Vec<(u32, [f64; 2])>,
}

impl Report {
    pub(super) fn new(gpu: &Gpu) -> Result<Report> {
        let driver = match cuda::status() {
            Status::Ready { driver, .. } => format!("CUDA {driver}"),
            other => other.to_string(),
        };
        let device = if setting::is_real() { gpu.context.name()? } else { "a fake driver".to_owned() };
        let day = today().unwrap_or_else(|| "on an unknown day".to_owned());
        Ok(Report { device, driver, day, host: [f64::NAN; 4], throughput: Vec::new() })
    }

    /// What `benches/results/gpu.md` holds.
    pub(super) fn markdown(&self) -> String {
        let Report { driver, day, .. } = self;
        format!("# What observing kernels costs\n\n`cargo xtask gpu-bench`, {driver}, {day}.\n\n{self}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { device, host: [bare, events, each, some], .. } = self;
        writeln!(f, "On {device}. Medians of interleaved runs.\n")?;
        writeln!(f, "| a launch costs the host | | more than bare |\n|---|---|---|")?;
        writeln!(f, "| bare | {} | |", time(*bare))?;
        for (what, cost) in [
            ("between two events", events),
            ("observed, each timed", each),
            ("observed, `every` left out", some),
        ] {
            writeln!(f, "| {what} | {} | {} |", time(*cost), time(cost - bare))?;
        }
        if self.throughput.is_empty() {
            let why = "a fake driver takes as long to look something up as to record an event";
            return writeln!(f, "\nThere is no device, so neither throughput nor shares are told: {why}.");
        }
        let share = (each - bare) / (events - bare);
        writeln!(f, "\nTiming costs {share:.2} of what two bare events cost (budget: at most 1.5).")?;
        writeln!(f, "\n| back to back, kernels of | bare | observed | ratio |\n|---|---|---|---|")?;
        for (microseconds, [bare, observed]) in &self.throughput {
            let (per, observed_per) = (time(*bare), time(*observed));
            writeln!(f, "| {microseconds} µs | {per} | {observed_per} | {:.3} |", bare / observed)?;
        }
        writeln!(f, "\nBudget: a ratio of at least 0.98.")
    }
}

/// Today, by the system's own program.
fn today() -> Option<String> {
    let output = Command::new("date").args(["-u", "+%Y-%m-%d"]).output().ok()?;
    String::from_utf8(output.stdout).ok().map(|day| day.trim().to_owned())
}
