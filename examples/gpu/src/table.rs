//! The table at the end: what the program's own metrics say about each kernel.

use obs_runtime::snapshot::{HistogramValue, Snapshot, Value};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

/// One row a kernel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// By the kernel's and the device's name.
    pub rows: BTreeMap<(String, String), Row>,
    peaks: BTreeMap<String, Peak>,
}

/// What is known about a kernel on a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Launches that ended well.
    pub launches: f64,
    /// Launches that did not.
    pub failed: f64,
    /// What the launches moved, in bytes.
    pub bytes: f64,
    /// What they computed, in operations.
    pub flops: f64,
    /// How long those took that were timed.
    pub durations: Option<HistogramValue>,
}

/// What a device can do at most, in a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Peak {
    bytes: Option<f64>,
    flops: Option<f64>,
}

impl Table {
    /// Reads the program's metrics.
    pub fn of(snapshot: &Snapshot) -> Table {
        let mut table = Table::default();
        for family in &snapshot.families {
            for series in &family.series {
                let label = |name| series.labels.get(name).unwrap_or_default();
                let row = (label("kernel").to_owned(), label("device").to_owned());
                match (&*family.name, &series.value) {
                    ("gpu_kernel_launches_total", value) if label("result") == "ok" => {
                        table.row(row).launches += number(value);
                    }
                    ("gpu_kernel_launches_total", value) => table.row(row).failed += number(value),
                    ("gpu_kernel_bytes_total", value) => table.row(row).bytes += number(value),
                    ("gpu_kernel_flops_total", value) => table.row(row).flops += number(value),
                    ("gpu_kernel_duration_seconds", Value::Histogram(durations)) => {
                        table.row(row).durations = Some(durations.clone());
                    }
                    ("gpu_device_peak_bytes_per_second", value) => {
                        table.peaks.entry(row.1).or_default().bytes = Some(number(value));
                    }
                    ("gpu_device_peak_flops_per_second", value) => {
                        table.peaks.entry(row.1).or_default().flops = Some(number(value));
                    }
                    _ => {}
                }
            }
        }
        table.rows.retain(|_, row| row.launches + row.failed > 0.0);
        table
    }

    fn row(&mut self, row: (String, String)) -> &mut Row {
        self.rows.entry(row).or_default()
    }
}

impl Row {
    /// The mean of the timed launches, in seconds.
    pub fn mean(&self) -> Option<f64> {
        let durations = self.durations.as_ref().filter(|durations| durations.count() > 0)?;
        Some(durations.sum / durations.count() as f64)
    }

    /// How much a launch does of something per second: its share of what all launches did, over their mean
    /// duration. That is right also where only some launches were timed.
    fn rate(&self, amount: f64) -> Option<f64> {
        let mean = self.mean().filter(|mean| *mean > 0.0 && self.launches > 0.0 && amount > 0.0)?;
        Some(amount / self.launches / mean)
    }

    /// The duration in seconds that a share `q` of the timed launches did not exceed, as Prometheus'
    /// `histogram_quantile` estimates it: evenly spread within a bucket.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let durations = self.durations.as_ref().filter(|durations| durations.count() > 0)?;
        let rank = q * durations.count() as f64;
        let (mut below, mut before) = (0.0, 0.0);
        for (bound, count) in durations.bounds.bounds().iter().zip(&durations.counts) {
            let count = *count as f64;
            if before + count >= rank && count > 0.0 {
                return Some(below + (bound - below) * (rank - before) / count);
            }
            (below, before) = (*bound, before + count);
        }
        // Nothing is known about the last bucket but where it begins.
        Some(below)
    }
}

const TITLES: [&str; 8] = ["kernel", "device", "launches", "p50", "p99", "GB/s", "GFLOP/s", "of peak"];

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let lines = self.rows.iter().map(|((kernel, device), row)| {
            let peak = self.peaks.get(device).copied().unwrap_or_default();
            let (bytes, flops) = (row.rate(row.bytes), row.rate(row.flops));
            let share = |rate: Option<f64>, peak: Option<f64>| Some(rate? / peak?);
            // A kernel is bound by the one that it uses more of.
            let used = share(bytes, peak.bytes).into_iter().chain(share(flops, peak.flops));
            [
                kernel.clone(),
                device.clone(),
                row.launches.to_string(),
                or_dash(row.quantile(0.5).map(duration)),
                or_dash(row.quantile(0.99).map(duration)),
                or_dash(bytes.map(|rate| three(rate / 1e9))),
                or_dash(flops.map(|rate| three(rate / 1e9))),
                or_dash(used.reduce(f64::max).map(|share| format!("{:.0} %", 100.0 * share))),
            ]
        });
        let lines: Vec<[String; 8]> = std::iter::once(TITLES.map(str::to_owned)).chain(lines).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 8] = std::array::from_fn(width);
        for line in &lines {
            write!(f, "{:<first$}  {:<second$}", line[0], line[1], first = widths[0], second = widths[1])?;
            for (text, width) in line.iter().zip(widths).skip(2) {
                write!(f, "  {text:>width$}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Integer(value) => *value as f64,
        Value::Float(value) => *value,
        _ => f64::NAN,
    }
}

/// Three digits and a unit.
fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s => (s * 1e6, "µs"),
    };
    format!("{} {unit}", three(value))
}

/// Three digits.
fn three(value: f64) -> String {
    let digits = match value {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use obs_runtime::snapshot::{Bounds, Family, FamilyKind, Labels};
    use std::sync::Arc;
    use std::time::SystemTime;

    #[test]
    fn a_row_says_what_the_metrics_say() {
        let of = |pairs: &[(&'static str, &'static str)]| Labels::new(pairs.iter().copied());
        let saxpy = [("kernel", "saxpy"), ("device", "host")];
        let launches = [("kernel", "saxpy"), ("device", "host"), ("result", "ok")];
        let never = [("kernel", "never"), ("device", "host"), ("result", "ok")];
        let durations = HistogramValue {
            bounds: Arc::new(Bounds::new(&[0.001, 0.002])),
            counts: vec![1, 3, 0],
            sum: 0.006,
            exemplars: Vec::new(),
        };
        let counter = |name, labels, value: u64| {
            Family::new(name, "", FamilyKind::Counter).with_labels(of(labels), value)
        };
        let gauge = |name, value: f64| {
            Family::new(name, "", FamilyKind::Gauge).with_labels(of(&[("device", "host")]), value)
        };
        let families = vec![
            counter("gpu_kernel_launches_total", &launches, 8).with_labels(of(&never), 0),
            counter("gpu_kernel_bytes_total", &saxpy, 48_000_000),
            counter("gpu_kernel_flops_total", &saxpy, 8_000_000),
            Family::new("gpu_kernel_duration_seconds", "", FamilyKind::Histogram)
                .with_labels(of(&saxpy), durations),
            gauge("gpu_device_peak_bytes_per_second", 8e9),
            gauge("gpu_device_peak_flops_per_second", 1e12),
        ];
        let table = Table::of(&Snapshot::new(families, SystemTime::UNIX_EPOCH));
        // 6 MB and 1 MFLOP a launch, which takes 1.5 ms.
        let expected = "\
kernel  device  launches      p50      p99  GB/s  GFLOP/s  of peak
saxpy   host           8  1.33 ms  1.99 ms  4.00     0.67     50 %
";
        assert_eq!(table.to_string(), expected);
    }
}
