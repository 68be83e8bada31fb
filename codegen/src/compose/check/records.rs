//! What is wrong with a composed recording rule, at its place in the build script.

use super::{Known, Mistake, Plan, check};
use crate::compose::{Composed, Record};
use crate::rules;
use obs_model::name;
use std::collections::BTreeSet;

/// Every mistake in the recording rules that were composed.
pub(super) fn mistakes(plan: &Plan, known: &Known) -> Vec<Mistake> {
    let composed = Composed { records: Vec::new(), ..plan.composed.clone() };
    let generated = Plan { composed, ..plan.clone() };
    let exports = Known::of_plan(&generated);
    let taken: BTreeSet<String> = rules::recorded(&generated).into_iter().map(|(name, ..)| name).collect();
    let mut mistakes = Vec::new();
    for (at, record) in plan.composed.records.iter().enumerate() {
        let mut messages = one(record, known);
        let same = |other: &&Record| other.name == record.name && other.labels == record.labels;
        let before = plan.composed.records.get(..at).unwrap_or_default();
        if let Some(first) = before.iter().find(same) {
            messages.push(format!("it is recorded twice; first at {}", first.place));
        } else if taken.contains(&record.name) {
            messages.push("the generated rules record it already".to_owned());
        } else if exports.has(&record.name) {
            messages.push("the program exports a metric of that name".to_owned());
        }
        let of = |message| {
            Mistake::new(record.place.clone(), format!("recording rule `{}`: {message}", record.name))
        };
        mistakes.extend(messages.into_iter().map(of));
    }
    mistakes
}

fn one(record: &Record, known: &Known) -> Vec<String> {
    let mut messages = Vec::new();
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    let letters = |(at, c): (usize, char)| first(c) || at > 0 && c.is_ascii_digit();
    if record.name.is_empty() || !record.name.chars().enumerate().all(letters) {
        messages.push("a name has letters, digits, `_` and `:`, such as `orders:rate5m`".to_owned());
    }
    messages.extend(check(record.query.trim(), known));
    messages.extend(record.labels.iter().filter_map(|(label, _)| name::check_label(label).err()));
    if let Some(every) = record.every.as_deref().filter(|every| !super::is_duration(every)) {
        messages.push(format!("`.every(\"{every}\")` is a whole number of s, m, h, d or w, such as \"10s\""));
    }
    messages
}
