//! What changed since the artefacts were committed.

use crate::mistake::Mistake;
use obs_model::suggest::nearest;
use obs_model::{Catalogue, Drift, Place};
use std::collections::BTreeMap;

/// What to do about all of it.
const REMEDY: &str = "run cargo obs generate";

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
    for item in new {
        let same = gone.iter().filter(|((kind, _), _)| *kind == item.kind);
        let same = same.map(|((_, name), before)| (name.as_str(), before.place));
        let renamed = predecessor(&item.name, item.place, same).map(str::to_owned);
        let hint = renamed.as_ref().map_or(String::new(), |name| format!(" (renamed from {name}?)"));
        let message = format!("{} {} is not in {file}{hint}; {REMEDY}", item.kind, item.name);
        found.push(Mistake::new(item.place.clone(), message));
        if let Some(name) = renamed {
            gone.remove(&(item.kind, name));
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

/// The vanished thing that this one was, probably: one with a similar name, or else the only one that
/// vanished from its file. `gone` are those of its kind.
pub(crate) fn predecessor<'a>(
    name: &str,
    place: &Place,
    gone: impl IntoIterator<Item = (&'a str, &'a Place)>,
) -> Option<&'a str> {
    let gone: Vec<(&str, &Place)> = gone.into_iter().collect();
    if let Some(similar) = nearest(name, gone.iter().map(|(name, _)| *name)) {
        return Some(similar);
    }
    let mut here = gone.iter().filter(|(_, before)| before.file == place.file);
    match (here.next(), here.next()) {
        (Some((name, _)), None) => Some(name),
        _ => None,
    }
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
        kind: "function",
        name: format!("{}::{}", f.module, f.name),
        module: &f.module,
        place: &f.place,
        alone: Catalogue {
            functions: vec![obs_model::Function { place: place(&f.place), ..f.clone() }],
            ..Catalogue::default()
        },
    });
    let metrics = catalogue.metrics.iter().map(|m| Item {
        kind: "metric",
        name: m.name.clone(),
        module: &m.module,
        place: &m.place,
        alone: Catalogue {
            metrics: vec![obs_model::Metric { place: place(&m.place), ..m.clone() }],
            ..Catalogue::default()
        },
    });
    let errors = catalogue.errors.iter().map(|e| Item {
        kind: "error type",
        name: format!("{}::{}", e.module, e.name),
        module: &e.module,
        place: &e.place,
        alone: Catalogue {
            errors: vec![obs_model::ErrorType { place: place(&e.place), ..e.clone() }],
            ..Catalogue::default()
        },
    });
    functions.chain(metrics).chain(errors).collect()
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
