//! `cargo obs lint`

use crate::answer::{Answer, Finding};
use crate::project::Project;
use serde_json::json;

/// Tells mistakes, what differs from the committed catalogue, and what could be better.
pub(crate) fn run(projects: &[Project], allowed: &[String]) -> Result<Answer, String> {
    let mut answer = Answer::empty();
    for project in projects {
        let mut findings = project.changes()?;
        let catalogue = &project.plan.catalogue;
        let mut lints = obs_codegen::lint::lint(catalogue);
        let uses = project.committed_uses()?;
        // Before anything was generated, nothing is used.
        if !uses.is_empty() {
            lints.extend(obs_codegen::lint::unused(catalogue, &uses));
        }
        lints.sort_by(|(a, x), (b, y)| (x, a).cmp(&(y, b)));
        let told = lints.iter().filter(|(rule, _)| !allowed.iter().any(|allowed| allowed == rule.as_str()));
        findings
            .extend(told.map(|(rule, found)| Finding { rule: Some(rule.as_str()), ..Finding::from(found) }));
        let package = &project.plan.subject.package;
        let json = json!({ "package": package, "findings": findings });
        answer.findings(&findings, format!("{package}: nothing to improve"), json);
    }
    Ok(answer)
}
