//! What changed since the artefacts were committed.

use crate::mistake::Mistake;
use obs_model::suggest::nearest;
use obs_model::{Catalogue, Drift, Place};

/// What to do about all of it.
const REMEDY: &str = "run cargo obs generate";

/// The kinds of things in a catalogue.
const KINDS: [&str; 4] = [FUNCTION, METRIC, KERNEL, ERROR_TYPE];
const FUNCTION: &str = "function";
const METRIC: &str = "metric";
const KERNEL: &str = "kernel";
const ERROR_TYPE: &str = "error type";

/// One thing in a catalogue.
struct Item<'a> {
    kind: &'static str,
    /// What it is called; functions that record into one family are metrics of one name.
    name: String,
    module: &'a str,
    place: &'a Place,
    /// A catalogue of nothing else, to be compared.
    alone: Catalogue,
}

/// Every difference between the source and the catalogue that was committed as `file`, each at the place
/// in the source that it is about.
pub fn changes(source: &Catalogue, committed: &Catalogue, file: &str) -> Vec<Mistake> {
    let (mut new, mut gone) = (items(source), items(committed));
    let mut found: Vec<Mistake> = pairs(&mut new, &mut gone, file)
        .iter()
        .flat_map(|(now, before)| differences(now, before, file))
        .collect();
    for kind in KINDS {
        let came: Vec<(&str, &Place)> = named(&new, kind);
        let went: Vec<(&str, &Place)> = named(&gone, kind);
        let before = predecessors(&came, &went);
        for ((name, place), before) in came.iter().zip(&before) {
            let hint = before.and_then(|at| went.get(at));
            let hint = hint.map_or(String::new(), |(name, _)| format!(" (renamed from {name}?)"));
            let message = format!("{kind} {name} is not in {file}{hint}; {REMEDY}");
            found.push(Mistake::new((*place).clone(), message));
        }
        // Those that nothing came in place of.
        let left = went.iter().enumerate().filter(|(at, _)| !before.contains(&Some(*at)));
        for (_, (name, place)) in left {
            let message = format!("{kind} {name} is in {file}, but no longer in the source; {REMEDY}");
            found.push(Mistake::new((*place).clone(), message));
        }
    }
    found.sort();
    found
}

fn named<'a>(items: &'a [Item<'_>], kind: &str) -> Vec<(&'a str, &'a Place)> {
    items.iter().filter(|item| item.kind == kind).map(|item| (item.name.as_str(), item.place)).collect()
}

/// Takes out what both have. A name may stand several times, as that of a family that two functions record into does:
/// of those, the ones that are the same in both belong together first, then those of one file, then those of one
/// module, and then the others, so that no change is told but the one that was made.
fn pairs<'a>(new: &mut Vec<Item<'a>>, gone: &mut Vec<Item<'a>>, file: &str) -> Vec<(Item<'a>, Item<'a>)> {
    let mut pairs = Vec::new();
    for farthest in 0..=FARTHEST {
        for now in std::mem::take(new) {
            let belongs = |before: &Item<'_>| {
                now.kind == before.kind && now.name == before.name && distance(&now, before, file) <= farthest
            };
            match gone.iter().position(belongs) {
                Some(at) => pairs.push((now, gone.remove(at))),
                None => new.push(now),
            }
        }
    }
    pairs
}

/// How little two of one name have in common: nothing differs, the file is the same, the module is, neither is.
fn distance(now: &Item<'_>, before: &Item<'_>, file: &str) -> u8 {
    match (now.module == before.module, now.place.file == before.place.file) {
        _ if differences(now, before, file).is_empty() => 0,
        (true, true) => 1,
        (true, false) => 2,
        (false, _) => FARTHEST,
    }
}

const FARTHEST: u8 = 3;

/// For each thing that came, the one among those that went that it was before, probably: one with a similar
/// name, or else the one that went from its file where no other came. All are of one kind.
pub(crate) fn predecessors(came: &[(&str, &Place)], gone: &[(&str, &Place)]) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = vec![None; came.len()];
    for at in 0..came.len() {
        let free = |(index, _): &(usize, &(&str, &Place))| !found.contains(&Some(*index));
        let names: Vec<(usize, &str)> =
            gone.iter().enumerate().filter(free).map(|(index, (name, _))| (index, *name)).collect();
        let similar = nearest(came[at].0, names.iter().map(|(_, name)| *name));
        found[at] = names.iter().find(|(_, name)| Some(*name) == similar).map(|(index, _)| *index);
    }
    for at in 0..came.len() {
        let file = &came[at].1.file;
        let went: Vec<usize> = (0..gone.len())
            .filter(|index| gone[*index].1.file == *file && !found.contains(&Some(*index)))
            .collect();
        let others = (0..came.len()).filter(|other| came[*other].1.file == *file && found[*other].is_none());
        if let ([before], true, 1) = (went.as_slice(), found[at].is_none(), others.count()) {
            found[at] = Some(*before);
        }
    }
    found
}

/// What two versions of one item disagree about. Lines are not compared: the committed ones have none.
fn differences(now: &Item<'_>, before: &Item<'_>, file: &str) -> Vec<Mistake> {
    let at = |message: String| {
        Mistake::new(now.place.clone(), format!("{} {}: {message}; {REMEDY}", now.kind, now.name))
    };
    if now.module != before.module {
        return vec![at(format!(
            "it is in module {} now, and was in {} in {file}",
            now.module, before.module
        ))];
    }
    let krate = now.module.split("::").next().unwrap_or_default();
    let differs = |drift| match drift {
        Drift::Differs { property, linked, source, .. } => {
            Some(at(format!("{property} is {linked} now, and {source} in {file}")))
        }
        Drift::NotLinked(_) | Drift::NotInSource(_) => None,
    };
    now.alone.drift(&before.alone, krate).into_iter().filter_map(differs).collect()
}

fn items(catalogue: &Catalogue) -> Vec<Item<'_>> {
    let place = |place: &Place| Place { file: place.file.clone(), line: 0, column: 0 };
    let functions = catalogue.functions.iter().map(|f| Item {
        kind: FUNCTION,
        name: format!("{}::{}", f.module, f.name),
        module: &f.module,
        place: &f.place,
        alone: Catalogue {
            functions: vec![obs_model::Function { place: place(&f.place), ..f.clone() }],
            ..Catalogue::default()
        },
    });
    let metrics = catalogue.metrics.iter().map(|m| Item {
        kind: METRIC,
        name: m.name.clone(),
        module: &m.module,
        place: &m.place,
        alone: Catalogue {
            metrics: vec![obs_model::Metric { place: place(&m.place), ..m.clone() }],
            ..Catalogue::default()
        },
    });
    let errors = catalogue.errors.iter().map(|e| Item {
        kind: ERROR_TYPE,
        name: format!("{}::{}", e.module, e.name),
        module: &e.module,
        place: &e.place,
        alone: Catalogue {
            errors: vec![obs_model::ErrorType { place: place(&e.place), ..e.clone() }],
            ..Catalogue::default()
        },
    });
    let kernels = catalogue.kernels.iter().map(|k| Item {
        kind: KERNEL,
        name: format!("{}::{}", k.module, k.name),
        module: &k.module,
        place: &k.place,
        alone: Catalogue {
            kernels: vec![obs_model::Kernel { place: place(&k.place), ..k.clone() }],
            ..Catalogue::default()
        },
    });
    functions.chain(metrics).chain(kernels).chain(errors).collect()
}

#[cfg(test)]
mod tests;
