//! What a program is told when it stops.

use std::fmt;

/// What became of the spans that were recorded, as [`Obs::shutdown`](crate::Obs::shutdown) says. All numbers are of
/// spans, and all zero in a program that exports none.
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
}

impl ShutdownReport {
    /// Whether everything was sent that was to be sent: all spans of the traces that the sampling chose, and the last
    /// metrics.
    pub fn is_complete(&self) -> bool {
        self.lost().iter().all(|(spans, _)| *spans == 0) && self.metrics_sent != Some(false)
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

/// One sentence.
impl fmt::Display for ShutdownReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let were = |spans| if spans == 1 { "span was" } else { "spans were" };
        write!(f, "{} {} exported and ", self.exported, were(self.exported))?;
        let lost = self.lost();
        match lost.iter().map(|(spans, _)| spans).sum::<u64>() {
            0 => f.write_str("none was lost")?,
            all => {
                write!(f, "{all} lost (")?;
                let reasons = lost.iter().filter(|(spans, _)| *spans > 0);
                for (place, (spans, why)) in reasons.enumerate() {
                    write!(f, "{}{spans} {why}", if place == 0 { "" } else { ", " })?;
                }
                f.write_str(")")?;
            }
        }
        let left_out = self.sampled_out.saturating_add(self.rate_limited);
        if left_out > 0 {
            write!(f, ", {left_out} left out by the sampling")?;
        }
        if self.metrics_sent == Some(false) {
            f.write_str("; the last metrics did not arrive")?;
        }
        f.write_str(".")
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
    }
}
