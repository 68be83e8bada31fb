//! The table for people, and the same rows as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::budget::{BUDGETS, Verdict};
use super::figures::{Figure, Figures, Section};
use super::machine::Machine;

/// The numbers of threads that calls are measured with.
const THREADS: [u32; 2] = [1, 2];

/// The table: a block for each section, a line for each row, budgets on the rows that have one.
pub(super) fn table(figures: &Figures) -> String {
    let mut table = String::new();
    for section in Section::ALL {
        let names = figures.names(section);
        if names.is_empty() {
            continue;
        }
        let threaded = figures.iter().any(|figure| figure.section == section && figure.threads > 1);
        let against = section.reference().map_or(String::new(), |(_, name)| format!("× {}", word(name)));
        let _ = write!(table, "{:40}", section.title());
        for threads in columns(threaded) {
            let head = match (threaded, threads) {
                (false, _) => String::from("median (spread)"),
                (true, 1) => String::from("1 thread"),
                (true, _) => format!("{threads} threads"),
            };
            let _ = write!(table, "{head:>26} {against:>12}");
        }
        let _ = writeln!(table, "  budget");
        for name in &names {
            row(&mut table, figures, section, name, threaded);
        }
        for budget in BUDGETS.iter().filter(|it| it.section == section && !names.contains(&it.row)) {
            let _ = writeln!(table, "{:40}not measured: {}", budget.row, budget.text);
        }
        table.push('\n');
    }
    table
}

fn columns(threaded: bool) -> impl Iterator<Item = u32> {
    THREADS.into_iter().filter(move |threads| threaded || *threads == 1)
}

fn row(table: &mut String, figures: &Figures, section: Section, name: &str, threaded: bool) {
    let mut line = format!("{name:40}");
    for threads in columns(threaded) {
        let figure = figures.get(section, name, threads);
        let ratio = figure.and_then(|figure| ratio(figures, figure)).map(|ratio| format!("{ratio:.2}"));
        let figure = figure.map_or_else(String::new, ToString::to_string);
        let _ = write!(line, "{figure:>26} {:>12}", ratio.unwrap_or_default());
    }
    let width = line.chars().count();
    let mut budgets =
        BUDGETS.iter().filter(|budget| budget.section == section && budget.row == name).map(|budget| {
            let verdicts = columns(threaded).filter_map(|threads| budget.verdict(figures, threads));
            let verdicts: Vec<_> = verdicts.map(|verdict| verdict.text()).collect();
            format!("{}: {}", budget.text, verdicts.join(", "))
        });
    let _ = writeln!(table, "{}", format!("{line}  {}", budgets.next().unwrap_or_default()).trim_end());
    for budget in budgets {
        let _ = writeln!(table, "{:width$}  {budget}", "");
    }
}

/// `floor` of `floor: two TSC reads`, `instrument` of `#[tracing::instrument]`.
fn word(name: &str) -> &str {
    name.trim_matches(['#', '[', ']']).rsplit(':').next().unwrap_or(name)
}

/// A figure over the reference of its section.
fn ratio(figures: &Figures, figure: &Figure) -> Option<f64> {
    let reference = figures.reference(figure.section, figure.threads)?;
    Some(figure.against(reference, |ours, other| ours / other))
}

/// Everything in the table, and each round behind it.
pub(super) fn summary(machine: &Machine, figures: &Figures) -> Value {
    let rows: Vec<Value> = figures.iter().map(|figure| row_json(figures, figure)).collect();
    let verdicts = BUDGETS.iter().flat_map(|budget| {
        let verdicts = THREADS.iter().filter_map(|threads| budget.verdict(figures, *threads));
        verdicts.map(verdict_json)
    });
    json!({
        "date": machine.date,
        "cpu": machine.cpu,
        "cores": machine.cores,
        "rustc": machine.rustc,
        "commit": machine.commit,
        "load": machine.load,
        "rows": rows,
        "budgets": verdicts.collect::<Vec<_>>(),
    })
}

fn row_json(figures: &Figures, figure: &Figure) -> Value {
    json!({
        "section": figure.section.title(),
        "name": figure.name,
        "threads": figure.threads,
        "median": figure.median(),
        "min": figure.least(),
        "max": figure.most(),
        "rounds": figure.rounds,
        "ratio": ratio(figures, figure),
        "ratio_to": figures.reference(figure.section, figure.threads).map(|reference| &reference.name),
    })
}

fn verdict_json(verdict: Verdict) -> Value {
    json!({
        "section": verdict.budget.section.title(),
        "name": verdict.budget.row,
        "threads": verdict.threads,
        "budget": verdict.budget.text,
        "value": verdict.value,
        "met": verdict.met,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::footprint;

    fn figures() -> Figures {
        let mut figures = Figures::default();
        for threads in THREADS {
            figures.add(Section::Sync, "floor: two TSC reads", threads, 16.5);
            figures.add(Section::Sync, "prometheus, static handles", threads, 74.25 * f64::from(threads));
        }
        figures.add(Section::Footprint, footprint::CRATES, 1, 51.0);
        figures
    }

    #[test]
    fn a_row_has_its_figures_ratios_and_verdict() {
        let table = table(&figures());
        let line = |start: &str| table.lines().find(|line| line.starts_with(start)).unwrap();
        let words: Vec<_> = line("prometheus").split_whitespace().skip(3).collect();
        assert_eq!(words, ["74.2", "4.50", "148.5", "9.00"]);
        assert!(line("#[observe]").ends_with("not measured: ≤ 1.3 × floor"), "{table}");
        assert!(line(footprint::CRATES).ends_with("≤ 50: MISSED (51.0)"), "{table}");
    }

    #[test]
    fn the_summary_has_the_same_rows() {
        let machine = Machine::look().unwrap();
        let summary = summary(&machine, &figures());
        let rows = summary["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 5);
        assert_eq!(rows[3]["name"], "prometheus, static handles");
        assert_eq!(rows[3]["ratio"], 9.0);
        assert_eq!(summary["budgets"][0]["met"], false);
    }
}
