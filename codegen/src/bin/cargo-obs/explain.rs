//! `cargo obs explain`

mod kernel;
mod part;
mod rule;
mod topic;
mod words;

use crate::answer::{Answer, At};
use crate::project::Project;
use obs_codegen::uses::{self, Asks, Reached, Use};
use obs_model::suggest::nearest;
use serde::Serialize;
use std::collections::BTreeSet;
use topic::Topics;

/// Everything that is known of one name.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    /// `metric`, `recorded series`, `function`, `kernel`, `category`, `alert` or `objective`.
    what: &'static str,
    name: String,
    /// What it says of itself.
    help: String,
    /// Its kind, its unit, whom it calls: whatever there is, a word or phrase each.
    facts: Vec<Fact>,
    labels: Vec<LabelOf>,
    /// The upper bounds of its buckets, without +Inf.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    buckets: Vec<f64>,
    /// Where it is recorded or declared.
    places: Vec<PlaceOf>,
    /// A query to begin with, or the query that it is.
    query: String,
    dashboards: Vec<UseOf>,
    rules: Vec<UseOf>,
    alerts: Vec<UseOf>,
    runbooks: Vec<UseOf>,
    objectives: Vec<ObjectiveOf>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Fact {
    about: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct LabelOf {
    name: String,
    /// Its values, where they are known.
    values: Vec<String>,
    /// How many strings it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<u32>,
}

#[derive(Debug, Serialize)]
struct PlaceOf {
    at: At,
    /// What stands there.
    item: String,
}

#[derive(Debug, Serialize)]
struct UseOf {
    at: At,
    /// The dashboard or runbook that it is in.
    #[serde(rename = "in")]
    within: String,
    /// The panel, rule or alert.
    what: String,
    /// The recorded series between this and what is explained.
    via: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ObjectiveOf {
    name: String,
    title: String,
    share: String,
    window: String,
    at: At,
}

/// Explains a name. Of several things of that name, all.
pub(crate) fn run(projects: &[Project], name: &str) -> Result<Answer, String> {
    let mut answer = Answer::empty();
    let mut names = BTreeSet::new();
    let mut blocks = Vec::new();
    for project in projects {
        let (below, uses) = uses_of(project)?;
        let topics = Topics { project, uses: &uses, below: &below };
        for explained in topics.named(name) {
            blocks.push(words::block(&explained));
            answer.package([], serde_json::to_value(&explained).map_err(|error| error.to_string())?);
        }
        names.extend(topics.names());
    }
    if blocks.is_empty() {
        let hint = nearest(name, names.iter().map(String::as_str));
        let hint = hint.map_or_else(
            || "; cargo obs list shows what there is".to_owned(),
            |hint| format!("; did you mean {hint}?"),
        );
        return Err(format!("nothing here is called {name}{hint}"));
    }
    answer.lines = vec![blocks.join("\n\n")];
    Ok(answer)
}

/// What asks among the committed artefacts; before there are any, among those that would be generated. And
/// what stands before the paths of their files.
fn uses_of(project: &Project) -> Result<(String, Vec<Use>), String> {
    let below = project.spelled(&project.directory);
    let committed = project.committed_uses()?;
    if !committed.is_empty() {
        return Ok((below, committed));
    }
    let artefacts = project.artefacts();
    Ok((below, uses::uses(artefacts.files())?))
}

impl Explained {
    /// Nothing but a name.
    fn new(what: &'static str, name: impl Into<String>) -> Explained {
        Explained {
            what,
            name: name.into(),
            help: String::new(),
            facts: Vec::new(),
            labels: Vec::new(),
            buckets: Vec::new(),
            places: Vec::new(),
            query: String::new(),
            dashboards: Vec::new(),
            rules: Vec::new(),
            alerts: Vec::new(),
            runbooks: Vec::new(),
            objectives: Vec::new(),
        }
    }

    /// Adds what is known about it, if it is.
    fn fact(&mut self, about: &'static str, text: impl Into<Option<String>>) {
        let fact = text.into().map(|text| Fact { about, text });
        self.facts.extend(fact.filter(|fact| !self.facts.contains(fact)));
    }

    /// Sorts uses by what they are. A page that mentions a name in every line is told once.
    fn used(&mut self, below: &str, reached: &[Reached<'_>]) {
        let mut pages = BTreeSet::new();
        for Reached { by, via } in reached {
            let list = match by.asks {
                Asks::Panel | Asks::Variable => &mut self.dashboards,
                Asks::Rule => &mut self.rules,
                Asks::Alert => &mut self.alerts,
                Asks::Runbook | Asks::Mention if pages.insert(by.file.as_str()) => &mut self.runbooks,
                Asks::Runbook | Asks::Mention => continue,
            };
            list.push(UseOf {
                at: At::line(format!("{below}/{}", by.file), by.line),
                within: by.within.clone(),
                what: by.owner.clone(),
                via: via.iter().map(|&name| name.to_owned()).collect(),
            });
        }
    }
}
