//! `cargo obs check`

use crate::answer::{Answer, At, Finding};
use crate::project::Project;
use obs_codegen::query::check::check;
use obs_codegen::uses::{self, Asks, Use};
use obs_model::Requests;
use obs_model::request::RequestLabel;
use serde_json::json;

/// Tells mistakes, what differs from the committed catalogue, artefacts that are out of date, queries that
/// nothing answers, and where source and linked program differ.
pub(crate) fn run(projects: &[Project]) -> Result<Answer, String> {
    let mut answer = Answer::empty();
    for project in projects {
        let mut findings = project.changes()?;
        let mut queries = 0;
        // What an attribute with a mistake declares is missing everywhere, which says nothing more.
        if project.mistakes.is_empty() {
            findings.extend(stale(project));
            let (count, unanswered) = self::queries(project)?;
            findings.extend(unanswered);
            findings.extend(drift(project));
            queries = count;
        }
        let package = &project.plan.subject.package;
        let directory = project.spelled(&project.directory);
        let fine = format!("{package}: {directory} is up to date, {queries} queries answered");
        let json = json!({
            "package": package, "directory": directory, "queries": queries, "findings": findings,
        });
        answer.findings(&findings, fine, json);
    }
    Ok(answer)
}

fn stale(project: &Project) -> Vec<Finding> {
    let remedy = format!("run cargo obs generate -p {}", project.plan.subject.package);
    if !project.directory.is_dir() {
        let message = format!("nothing was generated here yet; {remedy}");
        return vec![Finding::in_file(project.spelled(&project.directory), message)];
    }
    let artefacts = project.artefacts();
    let tell = |path: &str| {
        let path = project.directory.join(path);
        let what = if path.is_file() { "out of date" } else { "missing" };
        Finding::in_file(project.spelled(&path), format!("{what}; {remedy}"))
    };
    let stale = artefacts.stale(&project.directory).into_iter().map(tell);
    let orphans = artefacts.orphans(&project.directory).into_iter();
    let orphans = orphans.map(|orphan| {
        Finding::in_file(project.spelled(&project.directory.join(&orphan.path)), orphan.to_string())
    });
    stale.chain(orphans).collect()
}

/// How many queries the dashboards, rules and runbooks there hold, generated or not, and what is wrong with
/// them.
fn queries(project: &Project) -> Result<(usize, Vec<Finding>), String> {
    let uses = project.committed_uses()?;
    let known = uses::known(&project.plan, &uses);
    // A name in a text may be of another program.
    let queries: Vec<&Use> = uses.iter().filter(|each| each.asks != Asks::Mention).collect();
    let tell = |by: &&Use| {
        let at = At::line(project.spelled(&project.directory.join(&by.file)), by.line);
        let owner = by.owner.clone();
        check(&by.query, &known)
            .into_iter()
            .map(move |problem| Finding::new(at.clone(), format!("{owner}: {problem}")))
    };
    let mut problems: Vec<Finding> = queries.iter().flat_map(tell).collect();
    // A query that asks twice for one thing is wrong once.
    problems.dedup_by_key(|problem| problem.to_string());
    Ok((queries.len(), problems))
}

/// Where the source and the program that was asked for its catalogue differ, in the package's own crates.
fn drift(project: &Project) -> Vec<Finding> {
    let Some(linked) = &project.linked else { return Vec::new() };
    let of = |krate: &str, module: &str| module.split("::").next() == Some(krate);
    // A library's test or another binary of the package does not link every crate.
    let is_linked = |krate: &&String| {
        let catalogue = &project.plan.catalogue;
        catalogue.functions.iter().any(|f| of(krate, &f.module))
            || catalogue.metrics.iter().any(|m| of(krate, &m.module))
            || catalogue.errors.iter().any(|e| of(krate, &e.module))
    };
    let crates = project.plan.subject.crates.iter().filter(is_linked);
    let drifts = crates.flat_map(|krate| project.plan.catalogue.drift(&linked.source, krate));
    let drifts = drifts.map(|drift| drift.to_string());
    let unnamed = |requests: &&Requests| !linked.source.requests.contains(requests);
    let unnamed = project.plan.catalogue.requests.iter().filter(unnamed).map(|requests| {
        let family = requests.duration().name;
        format!(
            "requests in {family}: counted by this program, but not named in build.rs; add {}",
            named(requests)
        )
    });
    drifts.chain(unnamed).map(|drift| Finding::in_file(linked.from.clone(), drift)).collect()
}

/// As a build script names them.
fn named(requests: &Requests) -> String {
    let kind = format!("{}_{}", requests.protocol.as_str(), requests.side.as_str());
    let prefix = match requests.prefix.trim_end_matches('_') {
        "" => String::new(),
        prefix => format!(".prefix({prefix:?})"),
    };
    let classic = if requests.classic { ".classic_names()" } else { "" };
    let list = |method: &str, elements: Vec<String>| match elements.is_empty() {
        true => String::new(),
        false => format!(".{method}([{}])", elements.join(", ")),
    };
    let name = |(label, name): &(RequestLabel, String)| format!("(RequestLabel::{label:?}, {name:?})");
    let labels = list("labels", requests.labels.iter().map(name).collect());
    let durations = requests.duration_labels.iter().map(|label| format!("RequestLabel::{label:?}"));
    let durations = list("duration_labels", durations.collect());
    let own = if requests.buckets.is_empty() { Vec::new() } else { requests.bounds() };
    let buckets = list("buckets", own.iter().map(|bound| format!("{bound:?}")).collect());
    format!("`.requests(Requests::{kind}(){prefix}{classic}{labels}{durations}{buckets})`")
}
