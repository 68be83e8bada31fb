//! Objectives that several functions share by giving them one name.

use super::Objective;
use crate::mistake::Mistake;
use obs_model::promise::slug;
use obs_model::{Catalogue, Function, Latency, Slo, duration};

/// Adds the functions of another declaration of the same objective.
pub(super) fn into(known: &mut Objective, other: Objective) {
    if known.help != other.help {
        let both = [&known.help, &other.help].map(|help| help.trim());
        known.help = both.into_iter().filter(|help| !help.is_empty()).collect::<Vec<_>>().join(" ");
    }
    known.runbook = known.runbook.take().or(other.runbook);
    known.functions.extend(other.functions);
}

/// Every function that gives an objective the name of another's, and other numbers.
pub(crate) fn conflicts(catalogue: &Catalogue) -> Vec<Mistake> {
    let mut named: Vec<(&str, &Slo, &Function)> = Vec::new();
    for function in catalogue.functions.iter().filter(|function| function.metrics) {
        let Some(slo) = &function.slo else { continue };
        named.extend(slo.name.as_deref().map(|name| (name, slo, function)));
    }
    named.sort_by(|a, b| a.2.place.cmp(&b.2.place));
    let tell = |(at, &(name, slo, function)): (usize, &(&str, &Slo, &Function))| {
        let &(_, first, of) = named[..at].iter().find(|(known, ..)| slug(known) == slug(name))?;
        let message = format!(
            "the objective `{name}` is {} here and {} at {}; functions share one objective by giving it one name and \
             the same numbers",
            words(slo),
            words(first),
            of.place
        );
        (numbers(slo) != numbers(first)).then(|| Mistake::new(function.place.clone(), message))
    };
    named.iter().enumerate().filter_map(tell).collect()
}

/// What has to be the same.
fn numbers(slo: &Slo) -> impl PartialEq + '_ {
    (slo.success, &slo.latency, slo.window, slo.min_events)
}

fn words(slo: &Slo) -> String {
    let latency = slo
        .latency
        .iter()
        .map(|Latency { bound, share }| format!("{share} within {}", duration::display(*bound)));
    let mut words: Vec<String> = slo.success.iter().map(ToString::to_string).chain(latency).collect();
    words.extend(slo.min_events.map(|count| format!("from {count} events")));
    format!("{} over {}", words.join(", "), duration::display(slo.window))
}
