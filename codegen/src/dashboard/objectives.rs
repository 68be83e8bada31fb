//! What functions promise, and whether they keep it now.

use super::panel::{Panel, Threshold, Visual};
use super::{RANGE, Section};
use crate::calls::Calls;
use obs_model::{Function, Latency, Percent, Slo, duration};

/// One panel for each objective.
pub(super) fn section(functions: &[&Function]) -> Section {
    let mut panels = Vec::new();
    for function in functions {
        let Some(slo) = &function.slo else { continue };
        panels.extend(slo.success.map(|share| success(function, slo, share)));
        panels.extend(slo.latency.iter().map(|objective| latency(function, slo, objective)));
    }
    Section::new("Objectives", panels)
}

fn success(function: &Function, slo: &Slo, share: Percent) -> Panel {
    let calls = Calls::of(function).on_dashboard();
    let name = &function.name;
    Panel::new(Visual::TimeSeries, format!("{name}: error ratio, objective {share}"), "percentunit")
        .describe(&function.help)
        .describe(format!(
            "{share} of calls succeed over {}: the share that fails stays below {}.",
            duration::display(slo.window),
            share.budget_ratio()
        ))
        .threshold(Some(super::service::budget(share)))
        .query(calls.error_ratio(RANGE, &[]), "failed")
}

fn latency(function: &Function, slo: &Slo, objective: &Latency) -> Panel {
    let calls = Calls::of(function).on_dashboard();
    let (name, bound, share) = (&function.name, duration::display(objective.bound), objective.share);
    Panel::new(Visual::TimeSeries, format!("{name}: within {bound}, objective {share}"), "percentunit")
        .describe(&function.help)
        .describe(format!(
            "{share} of successful calls take at most {bound} over {}.",
            duration::display(slo.window)
        ))
        .threshold(Some(Threshold::AtLeast(share.ratio().parse().unwrap_or(1.0))))
        .start_at_lowest()
        .query(calls.within(objective.bound.as_secs_f64(), RANGE, &[]), format!("within {bound}"))
}

/// The bound of a latency objective, in a panel of durations.
pub(super) fn bound(objective: &Latency) -> Threshold {
    Threshold::AtMost(objective.bound.as_secs_f64())
}
