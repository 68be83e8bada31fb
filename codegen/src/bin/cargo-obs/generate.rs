//! `cargo obs generate`

use crate::project::Project;
use crate::{FINE, FOUND};

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
        for orphan in &orphans {
            let path = project.spelled(&project.directory.join(&orphan.path));
            match orphan.edited {
                // What a person wrote is no mistake, but it is for a person to look at.
                true => println!("{path}: {orphan}"),
                false => println!("removed {path}"),
            }
        }
    }
    Ok(code)
}
