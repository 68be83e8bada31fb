//! The budgets, and whether they are met.

use super::figures::{Figures, Section};

/// How a figure is held against another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limit {
    /// At most so many times the section's reference.
    Times(f64),
    /// At most so much above the section's reference.
    Above(f64),
    /// At most so much above that row of the same section.
    AboveRow(&'static str, f64),
    /// Two threads within that share of one.
    Flat(f64),
    /// At most.
    Most(f64),
    /// No further from zero, up or down.
    Within(f64),
}

/// What a row of ours may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) section: Section,
    pub(super) row: &'static str,
    /// As the design says it.
    pub(super) text: &'static str,
    pub(super) limit: Limit,
}

/// A budget, held against what was measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict {
    pub(super) budget: Budget,
    pub(super) threads: u32,
    /// In the terms of the limit: a ratio, a difference or the figure itself.
    pub(super) value: f64,
    pub(super) met: bool,
}

/// Our rows, by the names that the benches give them.
const OBSERVE: &str = "#[observe]";
const ENUM_LABEL: &str = "#[observe], enum label";
const CAPPED_LABEL: &str = "#[observe], capped label";
const TENTH: &str = "#[observe], 10 % and errors";
const UNSAMPLED: &str = "#[observe], not sampled";

/// Every budget of this table.
pub(super) const BUDGETS: [Budget; 19] = [
    Budget { section: Section::Sync, row: OBSERVE, text: "≤ 1.3 × floor", limit: Limit::Times(1.3) },
    Budget {
        section: Section::Sync,
        row: OBSERVE,
        text: "2 threads within 10 % of 1",
        limit: Limit::Flat(0.1),
    },
    Budget {
        section: Section::Sync,
        row: ENUM_LABEL,
        text: "≤ #[observe] + 2 ns",
        limit: Limit::AboveRow(OBSERVE, 2.0),
    },
    Budget {
        section: Section::Sync,
        row: CAPPED_LABEL,
        text: "≤ #[observe] + 20 ns",
        limit: Limit::AboveRow(OBSERVE, 20.0),
    },
    Budget { section: Section::Async, row: OBSERVE, text: "≤ floor + 15 ns", limit: Limit::Above(15.0) },
    Budget { section: Section::Exported, row: TENTH, text: "≤ 150 ns", limit: Limit::Most(150.0) },
    Budget { section: Section::Exported, row: UNSAMPLED, text: "≤ 45 ns", limit: Limit::Most(45.0) },
    Budget { section: Section::ExportedAsync, row: TENTH, text: "≤ 150 ns", limit: Limit::Most(150.0) },
    Budget { section: Section::ExportedAsync, row: UNSAMPLED, text: "≤ 45 ns", limit: Limit::Most(45.0) },
    Budget {
        section: Section::Scrape,
        row: "obs",
        text: "≤ 0.5 × prometheus-client",
        limit: Limit::Times(0.5),
    },
    Budget {
        section: Section::Check, row: OBSERVE, text: "≤ 0.67 × instrument", limit: Limit::Times(0.67)
    },
    Budget {
        section: Section::Footprint,
        row: super::footprint::CRATES,
        text: "≤ 50",
        limit: Limit::Most(50.0),
    },
    Budget {
        section: Section::Footprint,
        row: super::footprint::BUILD,
        text: "≤ 20 s",
        limit: Limit::Most(20.0),
    },
    service(super::service::THROUGHPUT),
    service(super::service::P99),
    broken(super::service::DOWN),
    broken(super::service::HANGS),
    broken(super::service::SLOW),
    broken(super::service::ERRORS),
];

/// What a service may lose by being observed.
const fn service(row: &'static str) -> Budget {
    Budget { section: Section::Service, row, text: "≤ 1 %", limit: Limit::Most(1.0) }
}

/// How far a collector that does not work may move a service. Where it made one faster, one that works would cost that.
const fn broken(row: &'static str) -> Budget {
    Budget { section: Section::Service, row, text: "within 1 %", limit: Limit::Within(1.0) }
}

impl Budget {
    /// Looks at one number of threads; nothing, if that was not measured.
    pub(super) fn verdict(self, figures: &Figures, threads: u32) -> Option<Verdict> {
        let ours = figures.get(self.section, self.row, threads)?;
        let (value, met) = match self.limit {
            Limit::Times(most) => {
                let ratio =
                    ours.against(figures.reference(self.section, threads)?, |ours, other| ours / other);
                (ratio, ratio <= most)
            }
            Limit::Above(most) => {
                let above =
                    ours.against(figures.reference(self.section, threads)?, |ours, other| ours - other);
                (above, above <= most)
            }
            Limit::AboveRow(row, most) => {
                let other = figures.get(self.section, row, threads)?;
                let above = ours.against(other, |ours, other| ours - other);
                (above, above <= most)
            }
            Limit::Flat(share) => {
                let one = figures.get(self.section, self.row, 1).filter(|_| threads > 1)?;
                let ratio = ours.against(one, |many, one| many / one);
                // Faster with more threads is no fault.
                (ratio, ratio <= 1.0 + share)
            }
            Limit::Most(most) => (ours.median(), ours.median() <= most),
            Limit::Within(most) => (ours.median(), ours.median().abs() <= most),
        };
        Some(Verdict { budget: self, threads, value, met })
    }
}

impl Verdict {
    /// `met (1.24)`
    pub(super) fn text(&self) -> String {
        let word = if self.met { "met" } else { "MISSED" };
        let sign = if matches!(self.budget.limit, Limit::Above(_) | Limit::AboveRow(..)) { "+" } else { "" };
        let value = match self.budget.limit {
            Limit::Most(_) | Limit::Within(_) => format!("{:.1}", self.value),
            _ => format!("{:.2}", self.value),
        };
        format!("{word} ({}{})", if self.value < 0.0 { "" } else { sign }, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(limit: Limit, threads: u32) -> Option<(f64, bool)> {
        let mut figures = Figures::default();
        figures.add(Section::Sync, "floor: two TSC reads", 1, 16.0);
        figures.add(Section::Sync, "floor: two TSC reads", 2, 16.0);
        figures.add(Section::Sync, "ours", 1, 20.0);
        figures.add(Section::Sync, "ours", 2, 24.0);
        figures.add(Section::Sync, "plain", 1, 19.0);
        figures.add(Section::Sync, "faster", 1, -2.0);
        let row = if matches!(limit, Limit::Within(_)) { "faster" } else { "ours" };
        let budget = Budget { section: Section::Sync, row, text: "", limit };
        budget.verdict(&figures, threads).map(|verdict| (verdict.value, verdict.met))
    }

    #[test]
    fn each_limit_is_held_against_its_reference() {
        assert_eq!(verdict(Limit::Times(1.3), 1), Some((1.25, true)));
        assert_eq!(verdict(Limit::Times(1.3), 2), Some((1.5, false)));
        assert_eq!(verdict(Limit::Above(3.0), 1), Some((4.0, false)));
        assert_eq!(verdict(Limit::AboveRow("plain", 2.0), 1), Some((1.0, true)));
        assert_eq!(verdict(Limit::Flat(0.1), 2), Some((1.2, false)));
        assert_eq!(verdict(Limit::Most(20.0), 1), Some((20.0, true)));
        assert_eq!(verdict(Limit::Within(1.0), 1), Some((-2.0, false)));
        assert_eq!(verdict(Limit::Within(2.0), 1), Some((-2.0, true)));
    }

    #[test]
    fn what_was_not_measured_is_not_judged() {
        assert_eq!(verdict(Limit::Times(1.3), 4), None);
        assert_eq!(verdict(Limit::AboveRow("absent", 2.0), 1), None);
        assert_eq!(verdict(Limit::Flat(0.1), 1), None);
    }
}
