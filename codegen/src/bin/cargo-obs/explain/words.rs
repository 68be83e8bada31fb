//! An explanation, for people.

use super::{Explained, UseOf};

/// The lines of an explanation: a heading, and what there is under a word each.
pub(super) fn block(explained: &Explained) -> String {
    let mut lines = vec![format!("{} {}", explained.what, explained.name)];
    if !explained.help.is_empty() {
        lines.push(format!("  {}", explained.help));
    }
    let mut part = |word: &str, entries: Vec<String>| {
        for (at, entry) in entries.iter().enumerate() {
            let word = if at == 0 { word } else { "" };
            lines.push(format!("  {word:<11} {entry}"));
        }
    };
    for fact in &explained.facts {
        part(fact.about, vec![fact.text.clone()]);
    }
    part("labels", explained.labels.iter().map(label).collect());
    if !explained.buckets.is_empty() {
        let bounds: Vec<String> = explained.buckets.iter().map(ToString::to_string).collect();
        part("buckets", vec![bounds.join(", ")]);
    }
    part("at", explained.places.iter().map(|place| format!("{}: {}", place.at, place.item)).collect());
    part("query", explained.query.lines().map(str::to_owned).collect());
    part("dashboards", explained.dashboards.iter().map(used).collect());
    part("rules", explained.rules.iter().map(used).collect());
    part("alerts", explained.alerts.iter().map(used).collect());
    part("runbooks", explained.runbooks.iter().map(used).collect());
    let objectives = explained.objectives.iter();
    part(
        "objectives",
        objectives
            .map(|o| format!("{}: {}: {}, {} in {}", o.at, o.name, o.title, o.share, o.window))
            .collect(),
    );
    let read = [&explained.dashboards, &explained.rules, &explained.alerts, &explained.runbooks];
    if read.iter().all(|uses| uses.is_empty()) {
        part("used by", vec!["nobody".to_owned()]);
    }
    lines.join("\n")
}

fn label(label: &super::LabelOf) -> String {
    match (label.cap, label.values.as_slice()) {
        (Some(cap), _) => format!("{}: at most {cap} values", label.name),
        (None, []) => label.name.clone(),
        (None, values) => format!("{}: {}", label.name, values.join(", ")),
    }
}

fn used(by: &UseOf) -> String {
    let within = if by.within.is_empty() || by.what.contains(&by.within) {
        String::new()
    } else {
        format!(" of \"{}\"", by.within)
    };
    let via = if by.via.is_empty() { String::new() } else { format!(", through {}", by.via.join(", ")) };
    format!("{}: {}{within}{via}", by.at, by.what)
}
