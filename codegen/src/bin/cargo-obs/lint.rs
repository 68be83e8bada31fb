//! `cargo obs lint`

use crate::project::Project;
use crate::{FINE, tell};

/// Tells mistakes, what differs from the committed catalogue, and what could be better.
pub(crate) fn run(projects: &[Project], allowed: &[String]) -> Result<u8, String> {
    let mut code = FINE;
    for project in projects {
        let mut findings: Vec<String> = project.changes()?.iter().map(ToString::to_string).collect();
        let lints = obs_codegen::lint::lint(&project.plan.catalogue);
        let told = lints.iter().filter(|(rule, _)| !allowed.iter().any(|allowed| allowed == rule.as_str()));
        findings.extend(told.map(|(_, finding)| finding.to_string()));
        code |= tell(&findings, &format!("{}: nothing to improve", project.plan.subject.package));
    }
    Ok(code)
}
