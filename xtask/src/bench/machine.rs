//! Where and when it was measured. Without that no figure means anything.

use std::fmt;
use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Result;
use crate::cargo::{read, root};

/// The machine and the moment.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) date: String,
    pub(super) cpu: String,
    pub(super) cores: usize,
    pub(super) rustc: String,
    pub(super) commit: String,
    /// Processes that wanted to run in the last minute, before we came.
    pub(super) load: Option<f64>,
}

impl Machine {
    /// This one, now.
    pub(super) fn look() -> Result<Machine> {
        let rustc = read(Command::new("rustc").arg("--version").current_dir(root()))?;
        let commit = read(Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(root()));
        Ok(Machine {
            date: date(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs()),
            cpu: cpu().unwrap_or_else(|| std::env::consts::ARCH.into()),
            cores: std::thread::available_parallelism()?.get(),
            rustc: rustc.trim().into(),
            commit: commit.map_or_else(|_| "no commit".into(), |commit| commit.trim().into()),
            load: load(),
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { date, cpu, cores, rustc, commit, load } = self;
        write!(f, "{date}, {cpu}, {cores} cores, {rustc}, {commit}")?;
        match load {
            Some(load) if *load > 0.5 => write!(f, "\nload was {load}: somebody else is using this machine"),
            _ => Ok(()),
        }
    }
}

fn cpu() -> Option<String> {
    match fs::read_to_string("/proc/cpuinfo") {
        Ok(info) => {
            let line = info.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split(':').nth(1)?.trim().into())
        }
        Err(_) => {
            let brand = read(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"])).ok()?;
            Some(brand.trim().into())
        }
    }
}

fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// The day and minute of that many seconds after 1970, in UTC.
fn date(seconds: u64) -> String {
    // Years start in March here, so that the odd day is a year's last (Hinnant, "chrono-compatible algorithms").
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01 00:00 UTC");
        assert_eq!(date(951_782_400), "2000-02-29 00:00 UTC");
        assert_eq!(date(1_795_226_340), "2026-11-21 01:59 UTC");
        assert_eq!(date(4_107_542_399), "2100-02-28 23:59 UTC");
    }

    #[test]
    fn this_machine_is_known() {
        let machine = Machine::look().unwrap();
        assert!(machine.cores >= 1 && machine.rustc.starts_with("rustc "));
        assert!(machine.to_string().starts_with("20"));
    }
}
