//! A Prometheus rules file: ratios recorded once, objectives, and the alerts on them; and the rule tests.

mod cases;
mod composed;
mod functions;
pub(crate) mod kernels;
mod objectives;
mod yaml;

pub(crate) use functions::Recorded;

use crate::alert::{self, Alert};
use crate::plan::Plan;
use crate::query::Query;
use yaml::Yaml;

/// What the ratios of functions look at, which is what their recorded names end in.
pub(crate) const RANGE: &str = "5m";
/// The same, in seconds.
pub(crate) const RANGE_SECONDS: u64 = 300;

/// Rules that are evaluated one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// What it is for.
    comment: String,
    /// How often it is evaluated, if that is not Prometheus' own choice.
    interval: Option<String>,
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug)]
enum Rule {
    /// Stores the result as a series of this name, with these labels added.
    Record { name: String, query: Query, labels: Vec<(String, String)> },
    /// Fires when the result has been non-empty for so long.
    Alert(Box<Alert>),
}

/// Every file of rules, by its path.
pub(crate) fn files(plan: &Plan) -> Vec<(String, String)> {
    let package = &plan.subject.package;
    vec![
        (format!("rules/{package}.yml"), file(plan)),
        (format!("rules/tests/{package}.yml"), cases::file(plan)),
    ]
}

/// What the rules record: each name with its query and the labels that the rule adds.
#[cfg(feature = "promql")]
pub(crate) fn recorded(plan: &Plan) -> Vec<(String, String, Vec<String>)> {
    let rules = records(plan).into_iter().flat_map(|group| group.rules);
    let record = |rule| match rule {
        Rule::Record { name, query, labels } => {
            Some((name, query.to_string(), labels.into_iter().map(|(label, _)| label).collect()))
        }
        Rule::Alert(_) => None,
    };
    rules.filter_map(record).collect()
}

/// The rules of a package as a file for Prometheus' `rule_files`.
fn file(plan: &Plan) -> String {
    let mut yaml = Yaml::new();
    yaml.comment(&format!(
        "Rules of {}. Generated from its source; edit the attributes there instead.",
        plan.subject.title()
    ));
    yaml.list("groups", groups(plan), |yaml, group| {
        yaml.comment(&group.comment);
        yaml.text("name", &group.name);
        if let Some(interval) = group.interval {
            yaml.text("interval", &interval);
        }
        yaml.list("rules", group.rules, |yaml, rule| match rule {
            Rule::Record { name, query, labels } => {
                yaml.text("record", &name);
                yaml.block("expr", &query.to_string());
                yaml.map("labels", &labels);
            }
            Rule::Alert(alert) => {
                yaml.text("alert", &alert.name);
                yaml.block("expr", &alert.query.to_string());
                if alert.after != "0s" {
                    yaml.text("for", &alert.after);
                }
                yaml.map("labels", &alert.all_labels(&plan.subject));
                yaml.map("annotations", &alert.annotations(&plan.subject));
            }
        });
    });
    yaml.finish()
}

/// The groups, in the order in which one needs what another records.
fn groups(plan: &Plan) -> Vec<Group> {
    let mut groups = records(plan);
    groups.push(Group {
        name: format!("{}.alerts", plan.subject.package),
        comment: "Whom to call, and what to tell them.".to_owned(),
        interval: None,
        rules: alert::all(plan).into_iter().map(|alert| Rule::Alert(Box::new(alert))).collect(),
    });
    groups
}

/// The groups that record.
fn records(plan: &Plan) -> Vec<Group> {
    let mut groups = vec![functions::group(plan), kernels::group(plan)];
    groups.extend(objectives::groups(plan));
    groups.extend(composed::groups(plan));
    groups.retain(|group| !group.rules.is_empty());
    groups
}

impl Rule {
    fn record(name: impl Into<String>, query: Query) -> Rule {
        Rule::Record { name: name.into(), query, labels: Vec::new() }
    }

    /// Adds labels before those it has.
    fn labelled(self, more: &[(String, String)]) -> Rule {
        match self {
            Rule::Record { name, query, labels } => {
                Rule::Record { name, query, labels: [more, &labels].concat() }
            }
            alert @ Rule::Alert(_) => alert,
        }
    }
}

#[cfg(test)]
mod tests;
