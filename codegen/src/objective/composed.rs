//! Objectives that were composed in a build script, as objectives.

use super::{FEW, Objective, Sli};
use crate::compose;
use crate::plan::Plan;
use crate::query::Select;
use crate::subject::Runbook;
use obs_model::promise::slug;
use obs_model::{Function, Percent, duration};

#[cfg(feature = "promql")]
mod check;

#[cfg(feature = "promql")]
pub(crate) use check::mistakes;

/// Those that can be read; the others are mistakes, which are told elsewhere.
pub(super) fn all(plan: &Plan) -> Vec<Objective> {
    plan.composed.objectives.iter().flat_map(|composed| of(composed, plan)).collect()
}

fn of(composed: &compose::Objective, plan: &Plan) -> Vec<Objective> {
    let Ok(window) = duration::parse(&composed.window) else { return Vec::new() };
    let functions: Vec<Function> =
        composed.functions.iter().filter_map(|path| function(plan, path)).cloned().collect();
    let name = slug(&composed.name);
    let objective = |suffix: String, promise: String, share: &str, sli: Sli| {
        Some(Objective {
            name: format!("{name}-{suffix}"),
            title: format!("{} {promise}", composed.name),
            help: composed.help.clone(),
            share: Percent::parse(share).ok()?,
            window,
            min_events: composed.min_events.unwrap_or(FEW),
            sli,
            functions: functions.clone(),
            kernels: Vec::new(),
            runbook: composed.runbook.as_deref().map(Runbook::of),
            place: composed.place.clone(),
        })
    };
    let events = composed
        .events
        .as_ref()
        .map(|(bad, total)| Sli::Events { bad: Select::written(bad), total: Select::written(total) });
    let success = match (&composed.success, events, functions.is_empty()) {
        (Some(share), Some(events), _) => Some((share, events)),
        (Some(share), None, false) => Some((share, Sli::Success)),
        _ => None,
    };
    let success = success.and_then(|(share, sli)| objective("success".into(), "succeeds".into(), share, sli));
    let histogram = composed.histogram.as_deref().map(Select::written);
    let latency = composed.latency.iter().filter_map(|(bound, share)| {
        let bound = duration::parse(bound).ok()?;
        let text = duration::display(bound);
        let sli = match &histogram {
            Some(histogram) => Sli::AtMost { histogram: histogram.clone(), bound: bound.as_secs_f64() },
            None if functions.is_empty() => return None,
            None => Sli::Latency { bound },
        };
        objective(format!("latency-{}", slug(&text)), format!("within {text}"), share, sli)
    });
    let at_most = composed.at_most.iter().filter_map(|(bound, share)| {
        let sli = Sli::AtMost { histogram: histogram.clone()?, bound: *bound };
        objective(format!("at-most-{}", slug(&bound.to_string())), format!("at most {bound}"), share, sli)
    });
    success.into_iter().chain(latency).chain(at_most).collect()
}

/// The counted function of that path.
fn function<'a>(plan: &'a Plan, path: &str) -> Option<&'a Function> {
    plan.counted().find(|function| self::path(function) == path)
}

fn path(function: &Function) -> String {
    format!("{}::{}", function.module, function.name)
}
