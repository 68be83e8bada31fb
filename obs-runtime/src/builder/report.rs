//! What a program is told when it stops.

use std::fmt;

/// What became of what was recorded, as [`Obs::shutdown`](crate::Obs::shutdown) says. The numbers are of spans, and all
/// zero in a program that exports none; those of logs are beside them.
///
/// ```
/// let report = obs_runtime::ShutdownReport::default();
/// assert!(report.is_complete());
/// assert_eq!(report.to_string(), "0 spans were exported and none was lost.");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// The collector has them.
    pub exported: u64,
    /// The collector refused them, or could not be reached in time.
    pub failed: u64,
    /// Still on their way when the time for the shutdown was over.
    pub unsent: u64,
    /// Not chosen by the sampling.
    pub sampled_out: u64,
    /// Of traces beyond the rate of [`at_most_per_second`](crate::Sampling::at_most_per_second).
    pub rate_limited: u64,
    /// Beyond the size of one trace, or of all that are in progress.
    pub overflowed: u64,
    /// Of traces for which there was no room in the queue.
    pub queue_full: u64,
    /// Whether the last metrics arrived; `None` where none are exported.
    pub metrics_sent: Option<bool>,
    /// What became of the events that were logged; `None` where they are not exported.
    pub logs: Option<LogsReport>,
}

/// What became of the events that were logged, of those that were to be exported. All numbers are of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogsReport {
    /// The collector has them.
    pub exported: u64,
    /// The collector refused them, or could not be reached in time.
    pub failed: u64,
    /// Still on their way when the time for the shutdown was over.
    pub unsent: u64,
    /// There was no room for them in the queue.
    pub queue_full: u64,
}

/// How many were lost, and why.
type Lost<'a> = &'a [(u64, &'static str)];

impl ShutdownReport {
    /// Whether everything was sent that was to be sent: all spans of the traces that the sampling chose, the last
    /// metrics, and all logs.
    pub fn is_complete(&self) -> bool {
        let none = |lost: Lost<'_>| lost.iter().all(|(count, _)| *count == 0);
        let logs = self.logs.is_none_or(|logs| none(&logs.lost()));
        none(&self.lost()) && self.metrics_sent != Some(false) && logs
    }

    fn lost(&self) -> [(u64, &'static str); 4] {
        [
            (self.failed, "failed"),
            (self.unsent, "still waiting"),
            (self.overflowed, "in traces too large"),
            (self.queue_full, "with the queue full"),
        ]
    }
}

impl LogsReport {
    fn lost(self) -> [(u64, &'static str); 3] {
        [(self.failed, "failed"), (self.unsent, "still waiting"), (self.queue_full, "with the queue full")]
    }
}

/// One sentence.
impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fates(f, ["span was", "spans were"], self.exported, &self.lost())?;
        let left_out = self.sampled_out.saturating_add(self.rate_limited);
        if left_out > 0 {
            write!(f, ", {left_out} left out by the sampling")?;
        }
        if self.metrics_sent == Some(false) {
            f.write_str("; the last metrics did not arrive")?;
        }
        if let Some(logs) = self.logs {
            f.write_str("; ")?;
            fates(f, ["logged event was", "logged events were"], logs.exported, &logs.lost())?;
        }
        f.write_str(".")
    }
}

fn fates(f: &mut fmt::Formatter<'_>, [one, many]: [&str; 2], exported: u64, lost: Lost<'_>) -> fmt::Result {
    write!(f, "{exported} {} exported and ", if exported == 1 { one } else { many })?;
    match lost.iter().map(|(count, _)| count).sum::<u64>() {
        0 => f.write_str("none was lost"),
        all => {
            write!(f, "{all} lost (")?;
            let reasons = lost.iter().filter(|(count, _)| *count > 0);
            for (place, (count, why)) in reasons.enumerate() {
                write!(f, "{}{count} {why}", if place == 0 { "" } else { ", " })?;
            }
            f.write_str(")")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_sentence() {
        let mut report = ShutdownReport { exported: 1, sampled_out: 7, ..ShutdownReport::default() };
        assert_eq!(report.to_string(), "1 span was exported and none was lost, 7 left out by the sampling.");
        assert!(report.is_complete());
        report = ShutdownReport { exported: 12, failed: 2, queue_full: 3, ..ShutdownReport::default() };
        assert_eq!(
            report.to_string(),
            "12 spans were exported and 5 lost (2 failed, 3 with the queue full)."
        );
        assert!(!report.is_complete());
        report = ShutdownReport { metrics_sent: Some(false), ..ShutdownReport::default() };
        assert_eq!(
            report.to_string(),
            "0 spans were exported and none was lost; the last metrics did not arrive."
        );
        assert!(!report.is_complete());
        let logs = LogsReport { exported: 1, queue_full: 2, ..LogsReport::default() };
        report = ShutdownReport { logs: Some(logs), ..ShutdownReport::default() };
        assert_eq!(
            report.to_string(),
            "0 spans were exported and none was lost; 1 logged event was exported and 2 lost (2 with the queue full)."
        );
        assert!(!report.is_complete());
    }
}
