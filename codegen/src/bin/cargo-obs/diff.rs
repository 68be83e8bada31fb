//! `cargo obs diff`

use crate::answer::{Answer, At, Finding};
use crate::args::{Common, Diff};
use crate::project::{self, Project};
use crate::{FOUND, git};
use obs_codegen::artefacts::{Artefacts, CATALOGUE};
use obs_codegen::catalogue::from_json;
use obs_codegen::diff::{Broken, Change, broken, diff};
use obs_codegen::plan::Plan;
use obs_codegen::uses::{self, Use};
use obs_model::Catalogue;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Where a catalogue comes from.
#[derive(Clone, Debug)]
enum Version {
    /// The source.
    Source,
    /// The catalogue that was committed, as it is now.
    Committed,
    /// A file.
    File(PathBuf),
    /// What was committed in a revision.
    Revision(String),
}

/// A catalogue and what lies beside it.
struct Side {
    catalogue: Catalogue,
    files: BTreeMap<String, String>,
    /// What stands before a file's path when it is told.
    below: String,
}

/// Compares two versions of each package.
pub(crate) fn run(common: &Common, arguments: &Diff) -> Result<Answer, String> {
    let version =
        |positional: &Option<String>, revision: &Option<String>, otherwise| match (positional, revision) {
            (_, Some(revision)) => Ok(Version::Revision(revision.clone())),
            (Some(text), None) => Version::of(text),
            (None, None) => Ok(otherwise),
        };
    let old = version(&arguments.old, &arguments.from, Version::Committed)?;
    let new = version(&arguments.new, &arguments.to, Version::Source)?;
    let mut answer = Answer::empty();
    let file = |version: &Version| matches!(version, Version::File(_));
    let selected = project::select(common);
    // Two files can be compared anywhere, whatever workspace one happens to be in.
    let is_one = selected.as_ref().is_ok_and(|projects| projects.len() == 1);
    if file(&old) && file(&new) && !is_one {
        compare(&mut answer, None, &old, &new)?;
        return Ok(answer);
    }
    let projects = selected?;
    if projects.len() > 1 && (file(&old) || file(&new)) {
        return Err("a catalogue is about one package: choose it with -p".to_owned());
    }
    // In a workspace, not every package has been generated, or was there in each revision.
    let mut compared = false;
    for project in &projects {
        match compare(&mut answer, Some(project), &old, &new) {
            Ok(()) => compared = true,
            Err(error) if projects.len() > 1 => {
                answer.aside.push(format!("{}: not compared: {error}", project.plan.subject.package));
            }
            Err(error) => return Err(error),
        }
    }
    if compared { Ok(answer) } else { Err(answer.aside.join("\n")) }
}

impl Version {
    /// What is there as a file, or else a revision.
    fn of(text: &str) -> Result<Version, String> {
        let path = Path::new(text);
        match (path.is_dir(), path.is_file()) {
            (true, _) if path.join(CATALOGUE).is_file() => Ok(Version::File(path.join(CATALOGUE))),
            (_, true) => Ok(Version::File(path.to_path_buf())),
            _ if text.ends_with(".json") => Err(format!("{text}: there is no such file")),
            _ => Ok(Version::Revision(text.to_owned())),
        }
    }

    fn told(&self) -> String {
        match self {
            Version::Source => "the source".to_owned(),
            Version::Committed => "the committed catalogue".to_owned(),
            Version::File(path) => path.display().to_string(),
            Version::Revision(revision) => revision.clone(),
        }
    }

    fn read(&self, project: Option<&Project>) -> Result<Side, String> {
        match (self, project) {
            (Version::File(path), project) => {
                let directory = path.parent().unwrap_or(Path::new("")).to_path_buf();
                file(path, &directory, project)
            }
            (Version::Committed, Some(project)) => {
                file(&project.directory.join(CATALOGUE), &project.directory, Some(project))
            }
            (Version::Revision(revision), Some(project)) => {
                let below = project.directory.strip_prefix(&project.root).unwrap_or(&project.directory);
                let below = below.display().to_string().replace('\\', "/");
                let files = git::files(&project.root, revision, &below)?;
                let name = format!("{revision}:{below}");
                let text = files.get(CATALOGUE).map(String::as_str).unwrap_or_default();
                let catalogue = from_json(text).map_err(|error| format!("{name}/{CATALOGUE}: {error}"))?;
                Ok(Side { catalogue, files, below: name })
            }
            (Version::Source, Some(project)) => Ok(Side {
                catalogue: project.plan.catalogue.clone(),
                files: BTreeMap::new(),
                below: project.spelled(&project.root),
            }),
            (_, None) => Err("there is no package here".to_owned()),
        }
    }
}

fn file(path: &Path, directory: &Path, project: Option<&Project>) -> Result<Side, String> {
    let spell = |path: &Path| match project {
        Some(project) => project.spelled(path),
        None => path.display().to_string(),
    };
    let name = spell(path);
    let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    let catalogue = from_json(&text).map_err(|error| format!("{name}: {error}"))?;
    let files = uses::read(directory).map_err(|error| error.to_string())?;
    Ok(Side { catalogue, files, below: spell(directory) })
}

fn compare(
    answer: &mut Answer,
    project: Option<&Project>,
    old: &Version,
    new: &Version,
) -> Result<(), String> {
    let package = project.map_or_else(|| "catalogue".to_owned(), |p| p.plan.subject.package.clone());
    if let (Some(project), Version::Source) = (project, new)
        && !project.mistakes.is_empty()
    {
        let findings: Vec<Finding> = project.mistakes.iter().map(Finding::from).collect();
        let json = json!({ "package": package, "changes": [], "broken": [], "findings": findings });
        answer.findings(&findings, String::new(), json);
        return Ok(());
    }
    let (before, now) = (old.read(project)?, new.read(project)?);
    let changes = diff(&before.catalogue, &now.catalogue);
    let files = before.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let all = uses::uses(files).map_err(|error| format!("{}/{error}", before.below))?;
    let plan = |side: &Side| {
        let catalogue = side.catalogue.clone();
        Plan { catalogue, ..project.map(|project| project.plan.clone()).unwrap_or_default() }
    };
    let generated = Generated::of(project, &before.catalogue, &now.catalogue)?;
    // In force then are the rules that were written by hand, and those that are generated anew.
    let mut rules: Vec<Use> = all.iter().filter(|each| !generated.has(&each.file)).cloned().collect();
    match project {
        Some(_) => rules.extend(generated.uses.iter().cloned()),
        None => rules.clone_from(&all),
    }
    let broken = broken(&all, (&plan(&before), &all), (&plan(&now), &rules));
    let breaking = changes.iter().filter(|change| change.breaking).count();
    if breaking > 0 || !broken.is_empty() {
        answer.code = FOUND;
    }
    let at = |by: &Use| At::line(join(&before.below, &by.file), by.line);
    let mut lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    lines.extend(broken.iter().map(|each| {
        let remedy = if generated.has(&each.by.file) { " (generated anew)" } else { "" };
        format!("{}: breaks {}: {}{remedy}", at(each.by), each.by.owner, each.reasons.join("; "))
    }));
    lines.push(summary(&package, old, new, &changes, breaking, &broken));
    let json = json!({
        "package": package,
        "old": old.told(),
        "new": new.told(),
        "changes": changes.iter().map(|change| json!({
            "at": At::from(&change.place), "kind": change.kind, "name": change.name,
            "effect": change.effect.as_str(), "breaking": change.breaking, "message": change.message,
        })).collect::<Vec<_>>(),
        "broken": broken.iter().map(|each| json!({
            "at": at(each.by), "what": each.by.owner, "in": each.by.within, "query": each.by.query,
            "reasons": each.reasons, "generated": generated.has(&each.by.file),
        })).collect::<Vec<_>>(),
    });
    answer.package(lines, json);
    Ok(())
}

/// `shop: v1.2 to the source: 3 changes, of which 1 is breaking; 2 queries broken`
fn summary(
    package: &str,
    old: &Version,
    new: &Version,
    changes: &[Change],
    breaking: usize,
    broken: &[Broken<'_>],
) -> String {
    let from = format!("{package}: {} to {}", old.told(), new.told());
    if changes.is_empty() && broken.is_empty() {
        return format!("{from}: no change");
    }
    let number = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let changes = number(changes.len(), "change");
    let readers = number(broken.len(), "reader");
    format!("{from}: {changes}, {breaking} breaking; {readers} of what has gone")
}

fn join(below: &str, path: &str) -> String {
    if below.is_empty() { path.to_owned() } else { format!("{below}/{path}") }
}

/// What is generated of either catalogue.
struct Generated {
    paths: BTreeSet<String>,
    /// What asks in that of the new one.
    uses: Vec<Use>,
}

impl Generated {
    fn of(project: Option<&Project>, old: &Catalogue, new: &Catalogue) -> Result<Generated, String> {
        let Some(project) = project else {
            return Ok(Generated { paths: BTreeSet::new(), uses: Vec::new() });
        };
        let made = |catalogue: &Catalogue| {
            Artefacts::to_commit(&Plan { catalogue: catalogue.clone(), ..project.plan.clone() })
        };
        let (before, now) = (made(old), made(new));
        let paths = before.files().chain(now.files()).map(|(path, _)| path.to_owned()).collect();
        Ok(Generated { paths, uses: uses::uses(now.files())? })
    }

    fn has(&self, file: &str) -> bool {
        self.paths.contains(file)
    }
}
