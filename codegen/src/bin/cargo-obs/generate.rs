//! `cargo obs generate`

use crate::project::Project;
use crate::{FINE, FOUND};
use obs_codegen::artefacts::Orphan;

/// Writes what is made of each catalogue. Nothing is written for a package with mistakes.
pub(crate) fn run(projects: &[Project]) -> Result<u8, String> {
    let mut code = FINE;
    for project in projects {
        if !project.mistakes.is_empty() {
            project.mistakes.iter().for_each(|mistake| println!("{mistake}"));
            code = FOUND;
            continue;
        }
        let artefacts = project.artefacts();
        let orphans = artefacts.orphans(&project.directory);
        let written = artefacts.write(&project.directory).map_err(|error| error.to_string())?;
        for (path, _) in artefacts.files() {
            let path = project.directory.join(path);
            let what = if written.contains(&path) { "wrote" } else { "kept" };
            println!("{what} {}", project.spelled(&path));
        }
        for gone in orphans.iter().filter(|orphan| !orphan.edited) {
            println!("removed {}", project.spelled(&project.directory.join(&gone.path)));
        }
        // What a person wrote is no mistake, but it is for a person to look at.
        orphans.iter().filter(|orphan| orphan.edited).for_each(|left| println!("{}", orphan(project, left)));
    }
    Ok(code)
}

/// What is to be said of a file that is no longer generated.
pub(crate) fn orphan(project: &Project, orphan: &Orphan) -> String {
    let path = project.spelled(&project.directory.join(&orphan.path));
    match orphan.edited {
        true => format!(
            "{path}: no longer generated; it was edited by hand: move what is worth keeping, and remove it"
        ),
        false => {
            format!("{path}: no longer generated; run cargo obs generate -p {}", project.plan.subject.package)
        }
    }
}
