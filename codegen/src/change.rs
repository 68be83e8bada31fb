//! What changed since the artefacts were committed.

use crate::mistake::Mistake;
use obs_model::suggest::nearest;
use obs_model::{Catalogue, Drift, Place};
use std::collections::BTreeMap;

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
    /// What tells it from others of its kind.
    name: String,
    module: &'a str,
    place: &'a Place,
    /// A catalogue of nothing else, to be compared.
    alone: Catalogue,
}

/// Every difference between the source and the catalogue that was committed as `file`, each at the place
/// in the source that it is about.
pub fn changes(source: &Catalogue, committed: &Catalogue, file: &str) -> Vec<Mistake> {
    let mut gone: BTreeMap<(&str, String), Item<'_>> =
        items(committed).into_iter().map(|item| ((item.kind, item.name.clone()), item)).collect();
    let (mut found, mut new) = (Vec::new(), Vec::new());
    for item in items(source) {
        match gone.remove(&(item.kind, item.name.clone())) {
            Some(before) => found.extend(differences(&item, &before, file)),
            None => new.push(item),
        }
    }
    for kind in KINDS {
        let came: Vec<&Item<'_>> = new.iter().filter(|item| item.kind == kind).collect();
        let went: Vec<(&str, &Place)> = gone
            .iter()
            .filter(|((of, _), _)| *of == kind)
            .map(|((_, name), before)| (name.as_str(), before.place))
            .collect();
        let named: Vec<(&str, &Place)> = came.iter().map(|item| (item.name.as_str(), item.place)).collect();
        let before = predecessors(&named, &went);
        let before: Vec<Option<String>> = before
            .into_iter()
            .map(|at| at.and_then(|at| went.get(at)).map(|(name, _)| (*name).to_owned()))
            .collect();
        for (item, before) in came.into_iter().zip(before) {
            let hint = before.as_ref().map_or(String::new(), |name| format!(" (renamed from {name}?)"));
            let message = format!("{} {} is not in {file}{hint}; {REMEDY}", item.kind, item.name);
            found.push(Mistake::new(item.place.clone(), message));
            if let Some(name) = before {
                gone.remove(&(kind, name));
            }
        }
    }
    for item in gone.into_values() {
        let message =
            format!("{} {} is in {file}, but no longer in the source; {REMEDY}", item.kind, item.name);
        found.push(Mistake::new(item.place.clone(), message));
    }
    found.sort();
    found
}

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
mod tests {
    use super::*;
    use crate::artefacts::Artefacts;
    use crate::example;

    /// The example's catalogue as it is committed.
    fn committed() -> Catalogue {
        let artefacts = Artefacts::to_commit(&example::plan(example::catalogue()));
        let (_, text) = artefacts.files().find(|(path, _)| *path == "catalogue.json").unwrap();
        assert!(!text.contains("\"line\""));
        crate::catalogue::from_json(text).unwrap()
    }

    fn told(change: impl FnOnce(&mut Catalogue)) -> Vec<String> {
        let mut source = example::catalogue();
        change(&mut source);
        changes(&source, &committed(), "ops/catalogue.json").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_that_moved_is_no_change() {
        assert_eq!(told(|catalogue| catalogue.metrics[0].place.line += 7), [""; 0]);
    }

    #[test]
    fn a_renamed_metric_is_recognised_by_name_or_by_file() {
        assert_eq!(
            told(|catalogue| catalogue.metrics[0].name = "db_conections".into()),
            [
                "src/metrics.rs:7:5: metric db_conections is not in ops/catalogue.json (renamed from db_connections?); \
              run cargo obs generate"
            ]
        );
        assert_eq!(
            told(|catalogue| catalogue.errors[0].name = "Failure".into()),
            [
                "src/error.rs:3:5: error type registry::error::Failure is not in ops/catalogue.json (renamed from \
              registry::error::RegistryError?); run cargo obs generate"
            ]
        );
    }

    #[test]
    fn of_several_that_came_the_similar_one_is_the_renamed_one() {
        let at = |file: &str| Place { file: file.into(), line: 1, column: 1 };
        let (a, b) = (at("a.rs"), at("b.rs"));
        let gone = [("queue_depth", &a), ("hits_total", &b)];
        assert_eq!(predecessors(&[("orders", &a), ("queue_depths", &a)], &gone), [None, Some(0)]);
        assert_eq!(predecessors(&[("orders", &a)], &gone), [Some(0)]);
        assert_eq!(predecessors(&[("orders", &a), ("items", &a)], &gone), [None, None]);
        assert_eq!(predecessors(&[("orders", &a), ("hit_total", &a)], &gone), [Some(0), Some(1)]);
    }

    #[test]
    fn kernels_are_compared_as_well() {
        let artefacts = Artefacts::to_commit(&example::gpu_plan());
        let (_, text) = artefacts.files().find(|(path, _)| *path == "catalogue.json").unwrap();
        assert!(!text.contains("\"line\""), "{text}");
        let committed = crate::catalogue::from_json(text).unwrap();
        let told = |change: fn(&mut obs_model::Kernel)| -> Vec<String> {
            let mut source = example::with_kernels();
            change(source.kernels.iter_mut().find(|kernel| kernel.name == "saxpy").unwrap());
            changes(&source, &committed, "ops/catalogue.json").iter().map(ToString::to_string).collect()
        };
        assert_eq!(told(|kernel| kernel.place.line += 1), [""; 0]);
        assert_eq!(
            told(|kernel| kernel.name = "saxpi".into()),
            ["src/gpu.rs:10:5: kernel registry::gpu::saxpi is not in ops/catalogue.json (renamed from \
              registry::gpu::saxpy?); run cargo obs generate"]
        );
        assert_eq!(
            told(|kernel| kernel.every = obs_model::Every::Nth(7.try_into().unwrap())),
            [
                "src/gpu.rs:10:5: kernel registry::gpu::saxpy: every is 7 now, and auto in ops/catalogue.json; run cargo \
              obs generate"
            ]
        );
    }

    #[test]
    fn what_came_went_or_differs_is_told() {
        assert_eq!(
            told(|catalogue| {
                let mut new = example::function("brand_new_thing", "registry", 88);
                new.place.file = "src/new.rs".into();
                catalogue.functions.push(new);
            }),
            [
                "src/new.rs:88:5: function registry::brand_new_thing is not in ops/catalogue.json; run cargo obs generate"
            ]
        );
        assert_eq!(
            told(|catalogue| drop(catalogue.metrics.remove(0))),
            ["src/metrics.rs: metric db_connections is in ops/catalogue.json, but no longer in the source; \
              run cargo obs generate"]
        );
        assert_eq!(
            told(|catalogue| catalogue.metrics[0].kind = obs_model::Kind::Counter),
            [
                "src/metrics.rs:7:5: metric db_connections: kind is counter now, and gauge in ops/catalogue.json; \
              run cargo obs generate"
            ]
        );
        assert_eq!(
            told(|catalogue| catalogue.metrics[0].module = "registry".into()),
            [
                "src/metrics.rs:7:5: metric db_connections: it is in module registry now, and was in registry::metrics in \
              ops/catalogue.json; run cargo obs generate"
            ]
        );
    }
}
