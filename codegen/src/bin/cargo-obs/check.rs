//! `cargo obs check`

use crate::project::Project;
use crate::{FINE, tell};
use obs_codegen::query::check::{Known, check};
use obs_codegen::query::found::{self, Found};
use std::path::{Path, PathBuf};

/// Tells mistakes, what differs from the committed catalogue, artefacts that are out of date, and queries
/// that nothing answers.
pub(crate) fn run(projects: &[Project]) -> Result<u8, String> {
    let mut code = FINE;
    for project in projects {
        let mut findings: Vec<String> = project.changes()?.iter().map(ToString::to_string).collect();
        findings.extend(stale(project));
        let (queries, unanswered) = queries(project)?;
        findings.extend(unanswered);
        let directory = project.spelled(&project.directory);
        let fine = format!(
            "{}: {directory} is up to date, {queries} queries answered",
            project.plan.subject.package
        );
        code |= tell(&findings, &fine);
    }
    Ok(code)
}

fn stale(project: &Project) -> Vec<String> {
    let remedy = format!("run cargo obs generate -p {}", project.plan.subject.package);
    if !project.directory.is_dir() {
        return vec![format!(
            "{}: nothing was generated here yet; {remedy}",
            project.spelled(&project.directory)
        )];
    }
    let artefacts = project.artefacts();
    let tell = |path: &str| {
        let path = project.directory.join(path);
        let what = if path.is_file() { "out of date" } else { "missing" };
        format!("{}: {what}; {remedy}", project.spelled(&path))
    };
    artefacts.stale(&project.directory).into_iter().map(tell).collect()
}

/// How many queries the dashboards and rules there hold, generated or not, and what is wrong with them.
fn queries(project: &Project) -> Result<(usize, Vec<String>), String> {
    let mut known = Known::of_plan(&project.plan);
    let mut all: Vec<(PathBuf, Found)> = Vec::new();
    // Rules first: dashboards may ask for what they record.
    for path in files(&project.directory.join("rules"), &["yml", "yaml"]) {
        let rules =
            found::in_rules(&read(project, &path)?).map_err(|error| unreadable(project, &path, &error))?;
        for rule in rules {
            if let Some(record) = &rule.record {
                known.record(record, &rule.found.query, rule.labels.iter().map(String::as_str));
            }
            all.push((path.clone(), rule.found));
        }
    }
    for path in files(&project.directory.join("dashboards"), &["json"]) {
        let dashboard = serde_json::from_str(&read(project, &path)?)
            .map_err(|error| unreadable(project, &path, &error.to_string()))?;
        all.extend(found::in_dashboard(&dashboard).into_iter().map(|found| (path.clone(), found)));
    }
    let tell = |(path, found): &(PathBuf, Found)| {
        let file = project.spelled(path);
        let owner = found.owner.clone();
        check(&found.query, &known).into_iter().map(move |problem| format!("{file}: {owner}: {problem}"))
    };
    let problems = all.iter().flat_map(tell).collect();
    Ok((all.len(), problems))
}

/// The files of a directory with one of the extensions, by name; none if it is not there.
fn files(directory: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let wanted =
        |path: &PathBuf| path.extension().is_some_and(|e| extensions.iter().any(|wanted| e == *wanted));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(wanted).collect();
    files.sort();
    files
}

fn read(project: &Project, path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| unreadable(project, path, &error.to_string()))
}

fn unreadable(project: &Project, path: &Path, error: &str) -> String {
    format!("{}: {error}", project.spelled(path))
}
