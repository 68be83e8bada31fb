//! Everything among the artefacts that asks for series: panels, variables, rules, alerts and runbooks,
//! generated or written by hand.

mod files;
mod reach;

pub use files::read;
pub use reach::{Reached, reach};

use crate::plan::Plan;
use crate::query::asked::{Asked, asked};
use crate::query::check::Known;
use crate::query::found::{self, Found};
use std::collections::BTreeMap;

/// What asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// A panel of a dashboard.
    Panel,
    /// A variable of a dashboard.
    Variable,
    /// A recording rule.
    Rule,
    /// An alert.
    Alert,
    /// A query in a runbook: a code block of the language `promql`.
    Runbook,
    /// A name in the text of a runbook, between backticks. It is no query: it may be of anything.
    Mention,
}

/// One thing that asks for series.
#[derive(Clone, Debug)]
pub struct Use {
    /// What it is.
    pub asks: Asks,
    /// Its file, below the artefacts' directory.
    pub file: String,
    /// The line it starts in; zero where that cannot be told.
    pub line: u32,
    /// The title of the dashboard or runbook it is in.
    pub within: String,
    /// What it is, in words: `panel "Pool"`, `alert TargetDown`.
    pub owner: String,
    /// What a rule records, or what an alert is called.
    pub name: String,
    /// What it asks.
    pub query: String,
    /// The labels that a rule adds.
    pub labels: Vec<(String, String)>,
    /// What an alert tells people.
    pub annotations: Vec<(String, String)>,
    /// The selectors of its query; none if that is no PromQL.
    pub asked: Vec<Asked>,
}

impl Use {
    /// What an annotation says.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

/// Finds what asks in files, which are given by their path below the artefacts' directory.
///
/// # Errors
///
/// Which file is no JSON or YAML, and why.
pub fn uses<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<Use>, String> {
    let mut found = Vec::new();
    for (path, text) in files {
        let explain = |error: String| format!("{path}: {error}");
        if files::is_rules(path) {
            found.extend(rules(path, text).map_err(explain)?);
        } else if files::is_dashboard(path) {
            found.extend(dashboard(path, text).map_err(explain)?);
        } else if files::is_runbook(path) {
            found.extend(runbook(path, text));
        }
    }
    Ok(found)
}

/// What queries can ask for: what a program exports, and what the rules among `uses` record.
pub fn known<'a>(plan: &Plan, uses: impl IntoIterator<Item = &'a Use>) -> Known {
    let mut known = Known::of_plan(plan);
    for rule in uses.into_iter().filter(|each| each.asks == Asks::Rule) {
        known.record(&rule.name, &rule.query, rule.labels.iter().map(|(name, _)| name.as_str()));
    }
    known
}

fn of(asks: Asks, file: &str, line: u32, found: Found) -> Use {
    Use {
        asks,
        file: file.to_owned(),
        line,
        within: String::new(),
        owner: found.owner,
        name: String::new(),
        asked: asked(&found.query).unwrap_or_default(),
        query: found.query,
        labels: Vec::new(),
        annotations: Vec::new(),
    }
}

fn rules(path: &str, text: &str) -> Result<Vec<Use>, String> {
    let mut lines = Lines::of(text);
    let each = |rule: found::RuleFound| {
        let (asks, key, name) = match (rule.record, rule.alert) {
            (Some(record), _) => (Asks::Rule, "record", record),
            (None, alert) => (Asks::Alert, "alert", alert.unwrap_or_default()),
        };
        let line = lines.next(|line| {
            let line = line.trim_start().trim_start_matches("- ").trim_start();
            let value = line.strip_prefix(key).and_then(|rest| rest.trim_start().strip_prefix(':'));
            value.is_some_and(|value| value.trim().trim_matches(['"', '\'']) == name)
        });
        let (labels, annotations) = (rule.values, rule.annotations);
        Use { name, labels, annotations, ..of(asks, path, line, rule.found) }
    };
    Ok(found::in_rules(text)?.into_iter().map(each).collect())
}

fn dashboard(path: &str, text: &str) -> Result<Vec<Use>, String> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let title = json["title"].as_str().unwrap_or(path).to_owned();
    // One query may stand in several panels: each is looked for behind the one before it. Keys may be in
    // any order, so variables are looked for from the start again.
    let mut last: BTreeMap<String, u32> = BTreeMap::new();
    let each = |found: Found| {
        let asks = if found.owner.starts_with("variable ") { Asks::Variable } else { Asks::Panel };
        let written = serde_json::Value::from(found.written.as_str()).to_string();
        let from = last.get(&written).copied().unwrap_or_default();
        let line = Lines { text, at: from }.next(|line| line.contains(&written));
        last.insert(written, line);
        Use { within: title.clone(), ..of(asks, path, line, found) }
    };
    Ok(found::in_dashboard(&json).into_iter().map(each).collect())
}

/// The code blocks of the language `promql`, and the names between backticks outside of any block.
fn runbook(path: &str, text: &str) -> Vec<Use> {
    let title = text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or(path).trim();
    let owner = format!("runbook \"{title}\"");
    let mut found: Vec<Use> = Vec::new();
    let mut add = |asks, line: usize, query: &str| {
        let line = u32::try_from(line).unwrap_or_default();
        let query = Found { owner: owner.clone(), query: query.to_owned(), written: query.to_owned() };
        found.push(Use { within: title.to_owned(), ..of(asks, path, line, query) });
    };
    let mut block: Option<(&str, usize, Vec<&str>)> = None;
    for (at, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut block, fence) {
            (None, Some(language)) => block = Some((language.trim(), at + 2, Vec::new())),
            (Some((language, first, lines)), Some(_)) => {
                if *language == "promql" && !lines.is_empty() {
                    add(Asks::Runbook, *first, &lines.join("\n"));
                }
                block = None;
            }
            (Some((_, _, lines)), None) => lines.push(line),
            (None, None) => {
                let spans = line.split('`').skip(1).step_by(2);
                for name in spans.filter(|span| is_series(span)) {
                    add(Asks::Mention, at + 1, name);
                }
            }
        }
    }
    found
}

/// Whether a word could be the name of a series, and is not just any word.
fn is_series(word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    word.contains(['_', ':']) && !word.contains("::") && word.chars().all(part)
}

/// The lines of a text, looked through from the top.
struct Lines<'a> {
    text: &'a str,
    /// The line after which the next one is looked for.
    at: u32,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Lines<'a> {
        Lines { text, at: 0 }
    }

    /// The number of the next line that is wanted; zero if there is none.
    fn next(&mut self, wanted: impl Fn(&str) -> bool) -> u32 {
        let rest = (1..).zip(self.text.lines()).skip(self.at as usize);
        let found = rest.into_iter().find(|(_, line)| wanted(line)).map(|(number, _)| number);
        self.at = found.unwrap_or(self.at);
        found.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
