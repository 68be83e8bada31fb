//! Buckets that hold times, and objectives that can be read off them.

use crate::bucket::{self, Preset};
use crate::duration;
use crate::grammar::{Buckets, Ctxt, SloArgs};
use std::time::Duration;

/// What is timed, for messages.
pub(super) struct Timed {
    /// Whose buckets they are: `function`.
    pub(super) whose: &'static str,
    /// What falls into them: `calls`.
    pub(super) what: &'static str,
    /// Its buckets where none are given.
    pub(super) default: Preset,
    /// The presets that it may have, as a list.
    pub(super) others: &'static str,
}

/// Buckets are times, and each latency objective's bound is one of them.
pub(super) fn check(ctxt: &Ctxt, buckets: Option<&Buckets>, slo: Option<&SloArgs>, timed: &Timed) {
    let Timed { whose, what, default, others } = timed;
    if let Some(Buckets { preset: Some(Preset::Bytes), span, .. }) = buckets {
        return ctxt.error(
            *span,
            format!("{what} are timed in seconds, and the preset \"bytes\" is for sizes; use {others}"),
        );
    }
    let bounds = buckets.map_or(default.bounds(), |buckets| &buckets.bounds);
    let Some(slo) = slo else { return };
    for (objective, span) in slo.slo.latency.iter().zip(&slo.bounds) {
        if bounds.iter().any(|bound| seconds(*bound) == Some(objective.bound)) {
            continue;
        }
        let nearest = bucket::nearest(bounds, objective.bound.as_secs_f64()).and_then(seconds);
        let nearest = nearest.map(|near| format!("; the nearest is \"{}\"", duration::display(near)));
        ctxt.error(
            *span,
            format!(
                "an objective's bound is one of the {whose}'s buckets, or it cannot be measured, and {} is \
                 none{}; use it, or add {} to `buckets`",
                duration::display(objective.bound),
                nearest.unwrap_or_default(),
                objective.bound.as_secs_f64()
            ),
        );
    }
}

/// A bucket boundary as a duration, to the nanosecond.
fn seconds(bound: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(bound).ok()
}
