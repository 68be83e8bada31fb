//! What the operating system says about this process, under the names that every Prometheus client
//! library has for it.
//!
//! Read from `/proc` at each scrape. What cannot be read is left out, all of it where there is no `/proc`.

use crate::snapshot::{Family, FamilyKind, Value};
use std::fs;
use std::sync::OnceLock;

/// `/proc` counts time in units of `USER_HZ`, which is 100 on every architecture that Rust's standard
/// library supports on Linux: it is part of the kernel's interface, whatever the kernel itself ticks at.
const TICKS_PER_SECOND: f64 = 100.0;

/// Appends the `process_*` families.
pub(crate) fn collect(into: &mut Vec<Family>) {
    let stat = fs::read_to_string("/proc/self/stat").ok();
    let stat = stat.as_deref().and_then(Stat::parse);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let mut add = |name: &'static str, help: &'static str, kind: FamilyKind, value: Option<Value>| {
        if let Some(value) = value {
            into.push(Family::new(name, help, kind).with(value));
        }
    };
    use FamilyKind::{Counter, Gauge};
    add(
        "process_cpu_seconds_total",
        "Total user and system CPU time spent in seconds.",
        Counter,
        stat.as_ref().map(|stat| (stat.cpu_ticks as f64 / TICKS_PER_SECOND).into()),
    );
    add(
        "process_max_fds",
        "Maximum number of open file descriptors.",
        Gauge,
        soft_limit(&limits, "Max open files").map(Value::from),
    );
    add("process_open_fds", "Number of open file descriptors.", Gauge, open_fds().map(Value::from));
    add(
        "process_resident_memory_bytes",
        "Resident memory size in bytes.",
        Gauge,
        // In kB, unlike the pages of /proc/self/stat, whose size only libc tells.
        kilobytes(&status, "VmRSS:").map(Value::from),
    );
    add(
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds.",
        Gauge,
        stat.as_ref().and_then(|stat| start_time(stat.start_ticks)).map(Value::from),
    );
    add(
        "process_threads",
        "Number of OS threads in the process.",
        Gauge,
        stat.as_ref().map(|stat| stat.threads.into()),
    );
    add(
        "process_virtual_memory_bytes",
        "Virtual memory size in bytes.",
        Gauge,
        stat.as_ref().map(|stat| stat.virtual_bytes.into()),
    );
}

/// What we need of `/proc/self/stat`.
#[derive(Debug, PartialEq)]
struct Stat {
    cpu_ticks: u64,
    threads: u64,
    /// Since the system's boot.
    start_ticks: u64,
    virtual_bytes: u64,
}

impl Stat {
    /// The second field is the program's name in parentheses and can hold anything, parentheses and
    /// spaces too: counting starts after the last one.
    fn parse(stat: &str) -> Option<Stat> {
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        // proc(5) numbers the fields from 1; the first of these is number 3.
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Stat {
            cpu_ticks: number(14)?.saturating_add(number(15)?),
            threads: number(20)?,
            start_ticks: number(22)?,
            virtual_bytes: number(23)?,
        })
    }
}

/// When the process started, in seconds since 1970. The boot time does not change, so it is read once.
fn start_time(start_ticks: u64) -> Option<f64> {
    static BOOT: OnceLock<Option<u64>> = OnceLock::new();
    let boot = BOOT.get_or_init(|| boot_time(&fs::read_to_string("/proc/stat").ok()?));
    boot.map(|boot| boot as f64 + start_ticks as f64 / TICKS_PER_SECOND)
}

fn boot_time(stat: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

/// A line such as `VmRSS:      5120 kB`, in bytes.
fn kilobytes(status: &str, key: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// A line such as `Max open files            1024                 524288               files`.
fn soft_limit(limits: &str, key: &str) -> Option<f64> {
    let line = limits.lines().find_map(|line| line.strip_prefix(key))?;
    match line.split_ascii_whitespace().next()? {
        "unlimited" => Some(f64::INFINITY),
        limit => limit.parse::<u64>().ok().map(|limit| limit as f64),
    }
}

/// Without the descriptor that looking opens.
fn open_fds() -> Option<u64> {
    Some((fs::read_dir("/proc/self/fd").ok()?.count() as u64).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_be_called_anything() {
        let stat = "7 (a ) b) (c) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 3 0 4242 1048576 99 0";
        assert_eq!(
            Stat::parse(stat),
            Some(Stat { cpu_ticks: 200, threads: 3, start_ticks: 4242, virtual_bytes: 1_048_576 })
        );
        assert_eq!(Stat::parse("7 (a) S 1"), None);
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn lines_of_proc() {
        assert_eq!(kilobytes("Name:\tx\nVmRSS:\t    5120 kB\n", "VmRSS:"), Some(5_242_880));
        assert_eq!(boot_time("cpu 1 2\nbtime 1700000000\nprocesses 3\n"), Some(1_700_000_000));
        let limits = "Limit  Soft Limit  Hard Limit  Units\nMax open files    1024    524288    files\n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024.0));
        assert_eq!(
            soft_limit("Max open files  unlimited  unlimited  files", "Max open files"),
            Some(f64::INFINITY)
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process() {
        let mut families = Vec::new();
        collect(&mut families);
        let value = |name: &str| {
            let family = families.iter().find(|family| family.name == name).expect(name);
            match family.series[0].value {
                Value::Integer(value) => value as f64,
                Value::Float(value) => value,
                ref value => panic!("{name} {value:?}"),
            }
        };
        assert_eq!(families.len(), 7);
        assert!(value("process_resident_memory_bytes") > 100_000.0);
        assert!(value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"));
        assert!(value("process_threads") >= 1.0);
        assert!(value("process_open_fds") >= 3.0 && value("process_open_fds") <= value("process_max_fds"));
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
        let started = value("process_start_time_seconds");
        assert!(started > now - 3600.0 && started < now + 60.0, "started {started}, now {now}");
    }
}
