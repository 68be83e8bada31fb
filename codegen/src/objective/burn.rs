//! Windows and burn rates: when an objective is being missed fast enough to tell somebody.
//!
//! The pairs of windows are those of Google's "Site Reliability Workbook", chapter 5. A pair is the share of
//! the budget that may be gone in its long window; the burn rate follows from the period, and the short
//! window, a twelfth of the long one, ends the alert soon after the trouble does.

use super::Objective;
use crate::alert::Urgency;
use obs_model::duration;
use obs_model::objective::decimal_ratio;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// The windows that ratios are recorded for, beside the period.
const WINDOWS: [u64; 7] = [5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY];

/// Whom it calls, the percentage of the budget that may be gone, and in which time.
const SHARES: [(Urgency, u128, u64); 4] = [
    (Urgency::Page, 2, HOUR),
    (Urgency::Page, 5, 6 * HOUR),
    (Urgency::Ticket, 10, DAY),
    (Urgency::Ticket, 10, 3 * DAY),
];

/// A length of time, as Prometheus writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Window(u64);

impl Window {
    pub(crate) fn of(duration: Duration) -> Window {
        Window(duration.as_secs())
    }

    pub(crate) fn name(self) -> String {
        duration::display(Duration::from_secs(self.0))
    }
}

/// A long and a short window, and the burn rate that is too much in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Whom it calls.
    pub(crate) urgency: Urgency,
    /// Decides whether the budget is in danger.
    pub(crate) long: Window,
    /// Decides whether it still is.
    pub(crate) short: Window,
    /// How many times faster than the objective allows the budget is spent: `14.4`.
    pub(crate) factor: String,
    /// That, times the error budget: `0.0144`.
    pub(crate) threshold: String,
}

/// The windows of an objective, shortest first: the usual ones that are no longer than its period, and that.
pub(crate) fn windows(objective: &Objective) -> Vec<Window> {
    let period = Window::of(objective.window);
    let mut windows: Vec<Window> =
        WINDOWS.map(Window).into_iter().filter(|window| *window < period).collect();
    windows.push(period);
    windows
}

/// The pairs of windows that alerts look at.
///
/// A burn rate is never below one: that is a rate which the budget is there for. And it is never one that
/// even a complete failure does not reach: such pairs are left out, and slower ones tell of it.
pub(crate) fn pairs(objective: &Objective) -> Vec<Pair> {
    let period = objective.window.as_secs();
    let budget = u128::from(100_000_000 - objective.share.millionths());
    let pair = |(urgency, share, long): (Urgency, u128, u64)| {
        let (over, under) = (share * u128::from(period), 100 * u128::from(long));
        let (over, under) = if over < under { (1, 1) } else { (over, under) };
        let reachable = over * budget < under * 100_000_000;
        (long <= period && reachable).then(|| Pair {
            urgency,
            long: Window(long),
            short: Window(long / 12),
            factor: decimal_ratio(over, under),
            threshold: decimal_ratio(over * budget, under * 100_000_000),
        })
    };
    SHARES.into_iter().filter_map(pair).collect()
}

/// Some hundredths of the error budget, as a ratio.
pub(super) fn budget_share(objective: &Objective, hundredths: u128) -> String {
    decimal_ratio(u128::from(100_000_000 - objective.share.millionths()) * hundredths, 10_000_000_000)
}

impl Objective {
    /// Some hundredths of the error budget, as an exact ratio of all events.
    pub(crate) fn budget_share(&self, hundredths: u128) -> String {
        budget_share(self, hundredths)
    }

    /// The period in days.
    pub(crate) fn days(&self) -> String {
        decimal_ratio(u128::from(self.window.as_secs()), u128::from(DAY))
    }
}
