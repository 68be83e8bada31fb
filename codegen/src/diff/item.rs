//! What two versions of a metric or of a category disagree about, and the parts that functions share.

use super::{Change, Effect, Named, Property};
use obs_model::{Catalogue, Category, Label, Metric, Place, duration};
use std::collections::BTreeMap;

pub(super) fn metric(metric: &Metric) -> Named<'_, Metric> {
    Named { name: metric.name.clone(), place: &metric.place, counts: true, thing: metric }
}

pub(super) fn differences(old: &Metric, new: &Metric) -> Vec<Property> {
    let mut found = Vec::new();
    if old.kind != new.kind {
        found.push((true, format!("its kind is {} now, and was {}", new.kind.as_str(), old.kind.as_str())));
    }
    labels(&old.labels, &new.labels, &mut found);
    buckets(&old.buckets, &new.buckets, &mut found);
    let source = |metric: &Metric| Some(metric.source.as_str().to_owned());
    texts(
        [
            ("help", Some(old.help.clone()), Some(new.help.clone())),
            ("its source", source(old), source(new)),
            ("its module", Some(old.module.clone()), Some(new.module.clone())),
            ("dashboard", old.dashboard.clone(), new.dashboard.clone()),
        ],
        &mut found,
    );
    found
}

pub(super) fn labels(old: &[Label], new: &[Label], found: &mut Vec<Property>) {
    let named = |all: &[Label], name: &str| all.iter().find(|label| label.name == name).cloned();
    for before in old {
        let Some(now) = named(new, &before.name) else {
            found.push((true, format!("label {} is gone", before.name)));
            continue;
        };
        // Where either side does not know the values, nothing is known to be gone.
        if !before.values.is_empty() && !now.values.is_empty() {
            let lacks = |of: &Label, all: &Label| -> Vec<String> {
                of.values.iter().filter(|value| !all.values.contains(value)).cloned().collect()
            };
            let (gone, came) = (lacks(before, &now), lacks(&now, before));
            if !gone.is_empty() {
                found.push((true, format!("label {} is never {} any more", now.name, gone.join(", "))));
            }
            if !came.is_empty() {
                found.push((false, format!("label {} can be {}", now.name, came.join(", "))));
            }
        }
        let cap = |label: &Label| label.cap.map_or("its type".to_owned(), |cap| format!("a cap of {cap}"));
        if before.cap != now.cap {
            let message =
                format!("label {} is bounded by {}, and was by {}", now.name, cap(&now), cap(before));
            found.push((false, message));
        }
    }
    for now in new.iter().filter(|now| named(old, &now.name).is_none()) {
        found.push((false, format!("label {} is new", now.name)));
    }
}

pub(super) fn buckets(old: &[f64], new: &[f64], found: &mut Vec<Property>) {
    let lacks = |of: &[f64], all: &[f64]| -> Vec<String> {
        of.iter().filter(|bound| !all.contains(bound)).map(ToString::to_string).collect()
    };
    let (gone, came) = (lacks(old, new), lacks(new, old));
    let words = |bounds: &[String]| {
        format!("bucket{} {}", if bounds.len() == 1 { "" } else { "s" }, bounds.join(", "))
    };
    if !gone.is_empty() {
        found.push((true, format!("{} gone", words(&gone))));
    }
    if !came.is_empty() {
        found.push((false, format!("{} new", words(&came))));
    }
}

/// Properties that no query asks for.
pub(super) fn texts<const N: usize>(
    properties: [(&str, Option<String>, Option<String>); N],
    found: &mut Vec<Property>,
) {
    for (name, old, new) in properties {
        let text = |text: &Option<String>| match text.as_deref() {
            None => "none".to_owned(),
            Some("") => "empty".to_owned(),
            Some(text) => text.to_owned(),
        };
        if old != new {
            found.push((false, format!("{name} is {} now, and was {}", text(&new), text(&old))));
        }
    }
}

/// A category, with the error types that have it: its series carry no type's name.
struct Known<'a> {
    place: &'a Place,
    category: &'a Category,
    variants: Vec<(&'a str, &'a str)>,
}

fn by_name(catalogue: &Catalogue) -> BTreeMap<&str, Known<'_>> {
    let mut all: BTreeMap<&str, Known<'_>> = BTreeMap::new();
    for error in &catalogue.errors {
        for category in &error.categories {
            let known = all.entry(category.name.as_str()).or_insert_with(|| Known {
                place: &error.place,
                category,
                variants: Vec::new(),
            });
            known.variants.push((error.name.as_str(), category.variant.as_str()));
        }
    }
    all
}

/// Categories are the values of a label; a renamed one stands on the same variant.
pub(super) fn categories(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let (old, new) = (by_name(old), by_name(new));
    let change = |place: &Place, name: &str, effect, breaking, message| Change {
        place: place.clone(),
        kind: "category",
        name: name.to_owned(),
        effect,
        breaking,
        message,
    };
    let mut found = Vec::new();
    let mut successors = Vec::new();
    for (name, before) in &old {
        match new.get(name) {
            Some(now) => {
                for (breaking, message) in category(before.category, now.category) {
                    found.push(change(now.place, name, Effect::Changed, breaking, message));
                }
            }
            None => {
                let same =
                    |now: &Known<'_>| now.variants.iter().any(|variant| before.variants.contains(variant));
                match new.iter().find(|(other, now)| !old.contains_key(*other) && same(now)) {
                    Some((to, now)) => {
                        successors.push(*to);
                        found.push(change(now.place, name, Effect::Renamed, true, (*to).to_owned()));
                    }
                    None => found.push(change(before.place, name, Effect::Removed, true, String::new())),
                }
            }
        }
    }
    for (name, now) in new.iter().filter(|(name, _)| !old.contains_key(*name) && !successors.contains(name)) {
        found.push(change(now.place, name, Effect::Added, false, String::new()));
    }
    found
}

fn category(old: &Category, new: &Category) -> Vec<Property> {
    let mut found = Vec::new();
    if old.severity != new.severity {
        let (now, was) = (new.severity.as_str(), old.severity.as_str());
        found.push((true, format!("its severity is {now} now, and was {was}")));
    }
    let after = |category: &Category| category.retry_after.map(duration::display);
    texts(
        [
            ("retry_after", after(old), after(new)),
            ("action", old.action.clone(), new.action.clone()),
            ("runbook", old.runbook.clone(), new.runbook.clone()),
        ],
        &mut found,
    );
    found
}
