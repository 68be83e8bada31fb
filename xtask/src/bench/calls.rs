//! Calls and scrapes: runs criterion and reads what it found.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::figures::{Figures, Section};
use crate::Result;
use crate::cargo::{cargo, read, run};

/// The bench targets, each a process of its own.
const BENCHES: [&str; 4] = ["calls", "spans", "exported", "scrape"];

/// The lines to which a scrape is scaled.
const LINES: f64 = 10_000.0;

/// Runs every bench, several rounds over: a neighbour who wakes up spoils a round, not a row.
pub(super) fn measure(folder: &Path, quick: bool, figures: &mut Figures) -> Result {
    let (rounds, seconds) = if quick { (2, "0.1") } else { (5, "0.3") };
    println!("building the benches");
    run(&mut cargo(["bench", "--quiet", "--package", "obs-benches", "--benches", "--no-run"]))?;
    for round in 1..=rounds {
        let home = folder.join("criterion").join(format!("round-{round}"));
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        for bench in BENCHES {
            println!("round {round} of {rounds}: {bench}");
            let mut command = cargo(["bench", "--quiet", "--package", "obs-benches", "--bench", bench, "--"]);
            command.args(["--noplot", "--quiet", "--sample-size", "20", "--nresamples", "1000"]);
            command.args(["--warm-up-time", "0.1", "--measurement-time", seconds]);
            read(command.env("CRITERION_HOME", &home))?;
        }
        let mut found = Vec::new();
        collect(&home, &mut found)?;
        if found.is_empty() {
            return Err(format!("criterion left no estimates under {}", home.display()).into());
        }
        // Criterion numbers nothing, and folders come in any order: sort as the peers are measured.
        found.sort_by_key(|estimate| estimate.written);
        for Estimate { section, name, threads, value, .. } in found {
            figures.add(section, &name, threads, value);
        }
    }
    Ok(())
}

/// The median of one bench.
struct Estimate {
    section: Section,
    name: String,
    threads: u32,
    value: f64,
    written: std::time::SystemTime,
}

/// Every `new/estimates.json` below the folder.
fn collect(folder: &Path, found: &mut Vec<Estimate>) -> Result {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name == "new") {
            let benchmark = fs::read_to_string(path.join("benchmark.json"))?;
            let estimates = path.join("estimates.json");
            let written = fs::metadata(&estimates)?.modified()?;
            let estimates = fs::read_to_string(estimates)?;
            let estimate = parse(&benchmark, &estimates).ok_or_else(|| {
                format!("criterion writes a form that is not known here: {}", path.display())
            })?;
            found.push(Estimate { written, ..estimate });
        } else if path.is_dir() {
            collect(&path, found)?;
        }
    }
    Ok(())
}

fn parse(benchmark: &str, estimates: &str) -> Option<Estimate> {
    let benchmark: Value = serde_json::from_str(benchmark).ok()?;
    let estimates: Value = serde_json::from_str(estimates).ok()?;
    let section = Section::of_group(benchmark["group_id"].as_str()?)?;
    let nanos = estimates["median"]["point_estimate"].as_f64()?;
    let value = match benchmark["throughput"]["Elements"].as_f64() {
        Some(lines) => nanos / lines * LINES / 1e6,
        None => nanos,
    };
    let threads = benchmark["value_str"].as_str().map_or(Some(1), |threads| threads.parse().ok())?;
    let name = benchmark["function_id"].as_str()?.into();
    Some(Estimate { section, name, threads, value, written: std::time::UNIX_EPOCH })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESTIMATES: &str = r#"{"mean":{"point_estimate":30.0},"median":{"point_estimate":27.5}}"#;

    #[test]
    fn a_call_is_read_in_nanoseconds() {
        let benchmark =
            r##"{"group_id":"sync","function_id":"#[observe]","value_str":"2","throughput":null}"##;
        let estimate = parse(benchmark, ESTIMATES).unwrap();
        assert_eq!((estimate.section, estimate.name.as_str()), (Section::Sync, "#[observe]"));
        assert_eq!((estimate.threads, estimate.value), (2, 27.5));
    }

    #[test]
    fn a_scrape_is_scaled_to_its_lines() {
        let benchmark = r#"{"group_id":"scrape","function_id":"prometheus","value_str":null,"throughput":{"Elements":5000}}"#;
        let estimates = r#"{"median":{"point_estimate":1000000.0}}"#;
        assert_eq!(parse(benchmark, estimates).unwrap().value, 2.0);
    }

    #[test]
    fn another_form_is_noticed() {
        assert!(parse(r#"{"group":"sync"}"#, ESTIMATES).is_none());
        assert!(parse(r#"{"group_id":"sync","function_id":"f","value_str":"2"}"#, "{}").is_none());
    }
}
