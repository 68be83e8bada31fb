//! What a build script has recorded: a group for each interval, in the order in which they were given.

use super::{Group, Rule};
use crate::compose::Record;
use crate::plan::Plan;
use crate::query::Query;

pub(super) fn groups(plan: &Plan) -> Vec<Group> {
    let package = &plan.subject.package;
    let mut groups: Vec<Group> = Vec::new();
    for record in &plan.composed.records {
        let suffix = record.every.as_ref().map_or_else(String::new, |every| format!(".{every}"));
        let name = format!("{package}.recorded{suffix}");
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.rules.push(rule(record)),
            None => groups.push(Group {
                name,
                comment: "What the build script has recorded.".to_owned(),
                interval: record.every.clone(),
                rules: vec![rule(record)],
            }),
        }
    }
    groups
}

fn rule(record: &Record) -> Rule {
    Rule::record(&record.name, Query::written(record.query.trim())).labelled(&record.labels)
}
