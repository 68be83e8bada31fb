//! `cargo obs generate`

use crate::answer::{Answer, Finding};
use crate::project::Project;
use obs_codegen::artefacts::Artefacts;
use serde_json::json;

/// Writes what is made of each catalogue. Nothing is written for a package with mistakes.
pub(crate) fn run(projects: &[Project], lines: bool) -> Result<Answer, String> {
    let mut answer = Answer::empty();
    for project in projects {
        let package = &project.plan.subject.package;
        let directory = project.spelled(&project.directory);
        if !project.mistakes.is_empty() {
            let findings: Vec<Finding> = project.mistakes.iter().map(Finding::from).collect();
            let json =
                json!({ "package": package, "directory": directory, "files": [], "findings": findings });
            answer.findings(&findings, String::new(), json);
            continue;
        }
        let artefacts = if lines { Artefacts::of(&project.plan) } else { project.artefacts() };
        let orphans = artefacts.orphans(&project.directory);
        let written = artefacts.write(&project.directory).map_err(|error| error.to_string())?;
        let mut told = Vec::new();
        let mut files = Vec::new();
        for (path, _) in artefacts.files() {
            let path = project.directory.join(path);
            let (new, path) = (written.contains(&path), project.spelled(&path));
            told.push(format!("{} {path}", if new { "wrote" } else { "kept" }));
            files.push(json!({ "path": path, "written": new }));
        }
        for orphan in &orphans {
            let path = project.spelled(&project.directory.join(&orphan.path));
            match orphan.edited {
                // What a person wrote is no mistake, but it is for a person to look at.
                true => told.push(format!("{path}: {orphan}")),
                false => told.push(format!("removed {path}")),
            }
        }
        let json = json!({ "package": package, "directory": directory, "files": files, "findings": [] });
        answer.package(told, json);
    }
    Ok(answer)
}
