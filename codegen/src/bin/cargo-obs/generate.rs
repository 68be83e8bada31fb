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
        let written = artefacts.write(&project.directory).map_err(|error| error.to_string())?;
        for (path, _) in artefacts.files() {
            let path = project.directory.join(path);
            let what = if written.contains(&path) { "wrote" } else { "kept" };
            println!("{what} {}", project.spelled(&path));
        }
    }
    Ok(code)
}
