//! Who uses something, directly or through what rules record of it.

use super::{Asks, Use};
use crate::query::asked::Asked;
use std::collections::BTreeSet;

/// A use, and how it comes to be one.
#[derive(Clone, Debug)]
pub struct Reached<'a> {
    /// What uses it.
    pub by: &'a Use,
    /// The recorded series in between, nearest to the program first.
    pub via: Vec<&'a str>,
}

/// The labels that are known of some series.
type Facts = Vec<(String, String)>;

/// Everything that uses the series that `wanted` picks out and that have these values of labels.
///
/// A rule that records them passes them on: whoever asks for what it records, and does not exclude these
/// values, uses them too.
pub fn reach<'a>(
    uses: &'a [Use],
    facts: &[(&str, &str)],
    wanted: &dyn Fn(&Use, &Asked) -> bool,
) -> Vec<Reached<'a>> {
    let facts: Facts =
        facts.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect();
    let mut seen = BTreeSet::new();
    let mut found: Vec<Reached<'a>> = Vec::new();
    let mut next: Vec<(&'a str, Facts, Vec<&'a str>)> = Vec::new();
    let mut take = |at: usize, by: &'a Use, facts: &Facts, via: &[&'a str], next: &mut Vec<_>| {
        if !seen.insert(at) {
            return;
        }
        if by.asks == Asks::Rule {
            // What the rule says of its labels takes the place of what was known.
            let mut facts = facts.clone();
            facts.retain(|(label, _)| !by.labels.iter().any(|(added, _)| added == label));
            facts.extend(by.labels.iter().cloned());
            let via: Vec<&str> = via.iter().copied().chain([by.name.as_str()]).collect();
            next.push((by.name.as_str(), facts, via));
        }
        found.push(Reached { by, via: via.to_vec() });
    };
    for (at, by) in uses.iter().enumerate() {
        if by.asked.iter().any(|asked| wanted(by, asked) && admits(asked, &facts)) {
            take(at, by, &facts, &[], &mut next);
        }
    }
    while !next.is_empty() {
        for (name, facts, via) in std::mem::take(&mut next) {
            for (at, by) in uses.iter().enumerate() {
                if by.asked.iter().any(|asked| asked.name == name && admits(asked, &facts)) {
                    take(at, by, &facts, &via, &mut next);
                }
            }
        }
    }
    found.sort_by(|a, b| {
        (a.by.asks, &a.by.file, a.by.line, &a.by.owner).cmp(&(b.by.asks, &b.by.file, b.by.line, &b.by.owner))
    });
    found
}

fn admits(asked: &Asked, facts: &Facts) -> bool {
    facts.iter().all(|(label, value)| asked.admits(label, value))
}
