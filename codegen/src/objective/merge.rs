//! Objectives that several functions or kernels share by giving them one name.

use super::Objective;
use crate::mistake::Mistake;
use obs_model::promise::slug;
use obs_model::{Catalogue, Kernel, Latency, Place, Slo, duration};

/// Adds the functions and kernels of another declaration of the same objective.
pub(super) fn into(known: &mut Objective, other: Objective) {
    if known.help != other.help {
        let both = [&known.help, &other.help].map(|help| help.trim());
        known.help = both.into_iter().filter(|help| !help.is_empty()).collect::<Vec<_>>().join(" ");
    }
    known.runbook = known.runbook.take().or(other.runbook);
    known.functions.extend(other.functions);
    known.kernels.extend(other.kernels);
}

/// Every function and kernel that gives an objective the name of another's, and other numbers; and every kernel
/// whose objectives have the same names as those of the function that it is.
pub(crate) fn conflicts(catalogue: &Catalogue) -> Vec<Mistake> {
    let functions = catalogue.functions.iter().filter(|function| function.metrics);
    let functions = functions.filter_map(|f| Some((f.slo.as_ref()?, &f.place)));
    let kernels = catalogue.kernels.iter().filter_map(|k| Some((k.slo.as_ref()?, &k.place)));
    let named = functions.chain(kernels).filter_map(|(slo, place)| Some((slo.name.as_deref()?, slo, place)));
    let mut named: Vec<(&str, &Slo, &Place)> = named.collect();
    named.sort_by(|a, b| a.2.cmp(b.2));
    let tell = |(at, &(name, slo, place)): (usize, &(&str, &Slo, &Place))| {
        let &(_, first, of) = named[..at].iter().find(|(known, ..)| slug(known) == slug(name))?;
        let message = format!(
            "the objective `{name}` is {} here and {} at {}; functions and kernels share one objective by giving it one \
             name and the same numbers",
            words(slo),
            words(first),
            of
        );
        (numbers(slo) != numbers(first)).then(|| Mistake::new(place.clone(), message))
    };
    let different = named.iter().enumerate().filter_map(tell);
    different.chain(catalogue.kernels.iter().filter_map(|kernel| alike(kernel, catalogue))).collect()
}

/// A kernel and a function of one name, whose objectives nothing tells apart.
fn alike(kernel: &Kernel, catalogue: &Catalogue) -> Option<Mistake> {
    let unnamed = |slo: &Option<Slo>| slo.as_ref().is_some_and(|slo| slo.name.is_none());
    let promises = kernel.promises();
    let mut functions = catalogue.functions.iter().filter(|f| f.metrics && unnamed(&f.slo));
    let other = functions.find(|f| {
        unnamed(&kernel.slo) && f.promises().iter().any(|p| promises.iter().any(|q| p.name == q.name))
    })?;
    let message = format!(
        "the kernel {} and the function {} would have objectives of one name; give one of them `slo(name = \"…\")`",
        kernel.name, other.name
    );
    Some(Mistake::new(kernel.place.clone(), message))
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
