//! The table at the end: what the service's own metrics say about each function.

use crate::page::{Sample, samples};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

/// One row a function, the most called ones first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// The rows.
    pub rows: Vec<Row>,
}

/// What is known about a function's calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name; for one that has families of its own, theirs.
    pub function: String,
    /// Calls, however they ended.
    pub calls: f64,
    /// Those that returned an error.
    pub errors: f64,
    /// Those that were dropped before they were done.
    pub cancelled: f64,
    /// Those that panicked.
    pub panics: f64,
    /// How many calls took at most so many seconds, by that bound, rising.
    buckets: Vec<(f64, f64)>,
}

impl Summary {
    /// Reads a page of metrics.
    pub fn of(page: &str) -> Summary {
        let mut rows = BTreeMap::<String, Row>::new();
        for sample in samples(page) {
            // `function_calls_total{function="…"}`, or `name_total{result="…"}` without a function.
            let Some((family, part)) = calls_or_bucket(&sample) else { continue };
            let function = match sample.label("function") {
                "" => family,
                function => function,
            };
            let row = rows.entry(function.to_owned()).or_default();
            row.function = function.to_owned();
            match part {
                Part::Calls => row.count(sample.label("result"), sample.value),
                Part::Bucket(bound) => row.bucket(bound, sample.value),
            }
        }
        let mut rows: Vec<Row> = rows.into_values().filter(|row| row.calls > 0.0).collect();
        rows.sort_by(|a, b| b.calls.total_cmp(&a.calls));
        Summary { rows }
    }
}

enum Part {
    Calls,
    Bucket(f64),
}

/// The family that a sample of calls or of their duration belongs to. Only calls have a result.
fn calls_or_bucket(sample: &Sample) -> Option<(&str, Part)> {
    if sample.label("result").is_empty() {
        return None;
    }
    if let Some(family) = sample.name.strip_suffix("_total") {
        return Some((family, Part::Calls));
    }
    let family = sample.name.strip_suffix("_duration_seconds_bucket")?;
    Some((family, Part::Bucket(sample.label("le").parse().ok()?)))
}

impl Row {
    fn count(&mut self, result: &str, calls: f64) {
        self.calls += calls;
        match result {
            "error" => self.errors += calls,
            "cancelled" => self.cancelled += calls,
            "panic" => self.panics += calls,
            _ => {}
        }
    }

    fn bucket(&mut self, bound: f64, calls: f64) {
        match self.buckets.iter_mut().find(|(known, _)| *known == bound) {
            Some((_, sum)) => *sum += calls,
            None => {
                self.buckets.push((bound, calls));
                self.buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
            }
        }
    }

    /// The duration in seconds that a share `q` of the calls did not exceed, as Prometheus'
    /// `histogram_quantile` estimates it: evenly spread within a bucket.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let total = self.buckets.last().map(|(_, calls)| *calls).filter(|calls| *calls > 0.0)?;
        let rank = q * total;
        let (mut below, mut before) = (0.0, 0.0);
        for (bound, calls) in &self.buckets {
            if *calls >= rank {
                // Nothing is known about the last bucket but where it begins.
                let share = (rank - before) / (calls - before);
                return Some(if bound.is_infinite() { below } else { below + (bound - below) * share });
            }
            (below, before) = (*bound, *calls);
        }
        None
    }
}

const TITLES: [&str; 7] = ["function", "calls", "errors", "cancelled", "panics", "p50", "p99"];

impl Display for Summary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let quantile = |row: &Row, q| row.quantile(q).map_or_else(|| "-".to_owned(), duration);
        let lines = self.rows.iter().map(|row| {
            let counts = [row.calls, row.errors, row.cancelled, row.panics].map(|calls| calls.to_string());
            let [calls, errors, cancelled, panics] = counts;
            [row.function.clone(), calls, errors, cancelled, panics, quantile(row, 0.5), quantile(row, 0.99)]
        });
        let lines: Vec<[String; 7]> = std::iter::once(TITLES.map(str::to_owned)).chain(lines).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        for line in &lines {
            write!(f, "{:<width$}", line[0], width = widths[0])?;
            for (text, width) in line.iter().zip(widths).skip(1) {
                write!(f, "  {text:>width$}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Three digits and a unit.
fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s if s >= 1e-6 => (s * 1e6, "µs"),
        s => (s * 1e9, "ns"),
    };
    let digits = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"
function_calls_total{function="f",module="m",result="ok"} 6
function_calls_total{function="f",module="m",result="error",error_type="a"} 2
function_calls_total{function="f",module="m",result="error",error_type="b"} 1
function_calls_total{function="f",module="m",result="panic"} 1
function_calls_total{function="never",module="m",result="ok"} 0
function_calls_duration_seconds_bucket{function="f",module="m",result="ok",le="0.001"} 2
function_calls_duration_seconds_bucket{function="f",module="m",result="ok",le="0.01"} 6
function_calls_duration_seconds_bucket{function="f",module="m",result="ok",le="+Inf"} 6
function_calls_duration_seconds_bucket{function="f",module="m",result="error",le="0.001"} 2
function_calls_duration_seconds_bucket{function="f",module="m",result="error",le="0.01"} 3
function_calls_duration_seconds_bucket{function="f",module="m",result="error",le="+Inf"} 4
checkout_total{result="ok"} 20
checkout_total{result="cancelled"} 5
errors_total{function="f",module="m",category="a",severity="recoverable"} 2
"#;

    #[test]
    fn results_add_up_and_quantiles_are_prometheus() {
        let summary = Summary::of(PAGE);
        let rows: Vec<(&str, f64)> = summary.rows.iter().map(|row| (&*row.function, row.calls)).collect();
        assert_eq!(rows, [("checkout", 25.0), ("f", 10.0)]);
        assert_eq!((summary.rows[0].cancelled, summary.rows[0].quantile(0.5)), (5.0, None));
        let f = &summary.rows[1];
        assert_eq!((f.errors, f.cancelled, f.panics), (3.0, 0.0, 1.0));
        // Rank 5 of 10 is the first of the five calls between 1 and 10 ms.
        assert!((f.quantile(0.5).unwrap() - 0.0028).abs() < 1e-9);
        assert_eq!(f.quantile(0.99), Some(0.01));
    }

    #[test]
    fn columns_are_aligned() {
        let expected = "\
function  calls  errors  cancelled  panics      p50      p99
checkout     25       0          5       0        -        -
f            10       3          0       1  2.80 ms  10.0 ms
";
        assert_eq!(Summary::of(PAGE).to_string(), expected);
        assert_eq!([5e-7, 2.5e-6, 0.123456, 2.0].map(duration), ["500 ns", "2.50 µs", "123 ms", "2.00 s"]);
    }
}
