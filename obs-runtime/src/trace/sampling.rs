//! Which traces are kept.

use std::time::Duration;

/// Which traces are kept: a share of them, chosen when they start, and what turned out to be worth it,
/// chosen when they end.
///
/// The share is decided by the trace's id, as OpenTelemetry's `TraceIdRatioBased` does, and where a remote
/// parent has decided, that decision holds. It travels on in `traceparent`. What is kept for its errors or its
/// slowness is known only when the *local root* ends, the outermost observed call of this process: the spans
/// below it are held in memory until then. A trace that was chosen when it started is sent as it goes on after
/// some seconds, so that a call that never ends is seen too; one that was not is held in vain, so observe what a loop
/// calls and not the loop.
///
/// ```
/// use obs_runtime::Sampling;
/// let sampling = Sampling::ratio(0.1).keep_errors().keep_slower_than("1s");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// Of 2^63 equally likely trace ids, those below this are kept.
    threshold: u64,
    /// Whether a remote parent's decision counts for less than the share.
    heedless: bool,
    pub(super) errors: bool,
    pub(super) slower_than: Option<Duration>,
    pub(super) per_second: Option<u32>,
    /// What is wrong with an argument, for `init` to tell.
    pub(crate) mistake: Option<String>,
}

/// The ids of which a share is kept: the lower 63 bits.
const RANGE: u64 = 1 << 63;

impl Sampling {
    /// Keeps all traces.
    pub fn always() -> Sampling {
        Sampling {
            threshold: RANGE,
            heedless: false,
            errors: false,
            slower_than: None,
            per_second: None,
            mistake: None,
        }
    }

    /// Keeps no trace, but those that a remote parent keeps and what the other methods add.
    pub fn never() -> Sampling {
        Sampling { threshold: 0, ..Sampling::always() }
    }

    /// Keeps this share of traces, from 0 to 1. [`init`](crate::Builder::init) refuses other numbers.
    pub fn ratio(share: f64) -> Sampling {
        let mut sampling = Sampling::always();
        match (0.0..=1.0).contains(&share) {
            true => sampling.threshold = (share * RANGE as f64) as u64,
            false => {
                sampling.mistake = Some(format!("sampling: expected a share from 0 to 1; found {share}"));
            }
        }
        sampling
    }

    /// Also keeps each trace in which a call ended in an error or a panic, or took longer than its attribute's `slow`.
    #[must_use]
    pub fn keep_errors(mut self) -> Sampling {
        self.errors = true;
        self
    }

    /// Also keeps each trace whose local root took longer than this: a number with a unit, such as `"250ms"`; and
    /// each in which a call took longer than its attribute's `slow`. [`init`](crate::Builder::init) refuses what is no duration.
    #[must_use]
    pub fn keep_slower_than(mut self, bound: &str) -> Sampling {
        match obs_model::duration::parse(bound) {
            Ok(bound) => self.slower_than = Some(bound),
            Err(mistake) => self.mistake = Some(format!("sampling: {mistake}")),
        }
        self
    }

    /// Keeps at most this many traces a second of one local root's name; the others are counted as dropped.
    #[must_use]
    pub fn at_most_per_second(mut self, traces: u32) -> Sampling {
        self.per_second = Some(traces);
        self
    }

    /// The share decides, whatever a remote parent has decided. So say `always_on` and the like, where they are
    /// not `parentbased_always_on`.
    #[cfg(feature = "otlp")]
    pub(crate) fn heedless(mut self) -> Sampling {
        self.heedless = true;
        self
    }

    /// Whether a trace is kept whatever becomes of it, below a remote parent that has decided, or none.
    #[inline]
    pub(super) fn samples(&self, trace_id: u128, remote: Option<bool>) -> bool {
        remote.filter(|_| !self.heedless).unwrap_or_else(|| self.picks(trace_id))
    }

    /// What the share says of a trace without a remote parent.
    #[inline]
    pub(super) fn picks(&self, trace_id: u128) -> bool {
        (trace_id as u64 & (RANGE - 1)) < self.threshold
    }

    /// Whether it can turn out at the end that a trace is kept, so that its spans have to be held.
    #[inline]
    pub(super) fn decides_late(&self) -> bool {
        self.errors || self.slower_than.is_some()
    }
}

impl Default for Sampling {
    /// Every trace, as OpenTelemetry's default has it.
    fn default() -> Sampling {
        Sampling::always()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::id::Ids;

    #[test]
    fn a_share_is_a_share() {
        let mut ids = Ids::new();
        let kept =
            |sampling: &Sampling, ids: &mut Ids| (0..100_000).filter(|_| sampling.picks(ids.trace())).count();
        assert_eq!(kept(&Sampling::always(), &mut ids), 100_000);
        assert_eq!(kept(&Sampling::never(), &mut ids), 0);
        // Twelve standard deviations.
        let tenth = kept(&Sampling::ratio(0.1), &mut ids);
        assert!((8_900..=11_100).contains(&tenth), "{tenth}");
    }

    #[cfg(feature = "otlp")]
    #[test]
    fn a_remote_parent_counts_unless_it_is_told_not_to() {
        for remote in [true, false] {
            assert_eq!(Sampling::always().samples(1, Some(remote)), remote);
            assert_eq!(Sampling::never().samples(1, Some(remote)), remote);
            assert!(Sampling::always().heedless().samples(1, Some(remote)));
            assert!(!Sampling::never().heedless().samples(1, Some(remote)));
        }
        assert!(Sampling::always().samples(1, None) && !Sampling::never().samples(1, None));
    }

    #[test]
    fn nonsense_is_remembered_for_init() {
        let mistake = |sampling: Sampling| sampling.mistake.unwrap_or_default();
        assert_eq!(mistake(Sampling::ratio(1.5)), "sampling: expected a share from 0 to 1; found 1.5");
        assert!(mistake(Sampling::ratio(f64::NAN)).contains("NaN"));
        assert!(mistake(Sampling::never().keep_slower_than("soon")).contains("found \"soon\""));
        assert_eq!(mistake(Sampling::ratio(0.5).keep_slower_than("1s")), "");
    }
}
