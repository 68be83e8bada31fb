//! How many events of a target are logged.

use super::counts::Reason;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tracing::Level;

/// What holds for the targets at and below one.
#[derive(Debug)]
pub(super) struct Rule {
    target: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// One of so many.
    Share { of: u64, seen: AtomicU64 },
    /// So many a second: which second it is, and how many it has had.
    Rate { per_second: u32, began: Instant, seen: Mutex<(u64, u32)> },
}

impl Rule {
    /// One of `of` events, from the first on.
    pub(super) fn share(target: String, of: u64) -> Rule {
        Rule { target, kind: Kind::Share { of: of.max(1), seen: AtomicU64::new(0) } }
    }

    /// At most so many a second.
    pub(super) fn rate(target: String, per_second: u32) -> Rule {
        Rule { target, kind: Kind::Rate { per_second, began: Instant::now(), seen: Mutex::default() } }
    }

    fn covers(&self, target: &str) -> bool {
        let rest = target.strip_prefix(self.target.as_str());
        rest.is_some_and(|rest| self.target.is_empty() || rest.is_empty() || rest.starts_with("::"))
    }

    fn refuses(&self, level: Level) -> Option<Reason> {
        match &self.kind {
            // One of ten errors is no sample but a loss.
            Kind::Share { .. } if level <= Level::WARN => None,
            Kind::Share { of, seen } => {
                (seen.fetch_add(1, Ordering::Relaxed) % of != 0).then_some(Reason::Sampled)
            }
            Kind::Rate { per_second, began, seen } => {
                let second = began.elapsed().as_secs();
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if seen.0 != second {
                    *seen = (second, 0);
                }
                seen.1 = seen.1.saturating_add(1);
                (seen.1 > *per_second).then_some(Reason::RateLimited)
            }
        }
    }
}

/// Why an event is not logged, if it is not. All rules for its target hold.
pub(super) fn refusal(rules: &[Rule], target: &str, level: Level) -> Option<Reason> {
    rules.iter().filter(|rule| rule.covers(target)).find_map(|rule| rule.refuses(level))
}
