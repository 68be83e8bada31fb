//! What a release changes: between two catalogues, what came, went, was renamed or differs, and what that
//! breaks.
//!
//! A change is breaking if a query that was right can be wrong after it: a series, a label, a label's value
//! or a bucket is gone, or a counter is a gauge. What is new breaks nothing, nor does a text or the number
//! in an objective.

mod broken;
mod function;
mod item;
mod kernel;

pub use broken::{Broken, broken};

use crate::change;
use crate::mistake::Mistake;
use obs_model::{Catalogue, Place};
use std::collections::BTreeMap;
use std::fmt;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another name.
    Renamed,
    /// It is there, and differs.
    Changed,
}

impl Effect {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Effect::Added => "added",
            Effect::Removed => "removed",
            Effect::Renamed => "renamed",
            Effect::Changed => "changed",
        }
    }
}

/// One difference between two catalogues.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Where it is declared: in the new source, or in the old one if it is gone.
    pub place: Place,
    /// What kind of thing it is: `function`, `metric`, `kernel` or `category`.
    pub kind: &'static str,
    /// Its name; the old one if it was renamed.
    pub name: String,
    /// What became of it.
    pub effect: Effect,
    /// Whether a query that was right can be wrong now.
    pub breaking: bool,
    /// What differs, in words; empty for what came or went.
    pub message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.breaking { "breaking" } else { "harmless" };
        let message = format!("{how}: {} {} {}", self.kind, self.name, self.effect.as_str());
        let message = match (self.effect, self.message.as_str()) {
            (_, "") => message,
            (Effect::Renamed, to) => format!("{message} to {to}"),
            (_, what) => format!("{message}: {what}"),
        };
        Mistake::new(self.place.clone(), message).fmt(f)
    }
}

/// A property that differs: what about it, and whether that is breaking.
type Property = (bool, String);

/// Every difference, in the order of their places.
///
/// ```
/// # use obs_model::{Catalogue, Kind, Metric, Place, Source};
/// let metric = |name: &str| Metric {
///     name: name.into(), kind: Kind::Gauge, help: String::new(), unit: None, labels: vec![], buckets: vec![],
///     source: Source::Static, module: "shop".into(), place: Place::default(), dashboard: None,
/// };
/// let with = |metrics| Catalogue { metrics, ..Catalogue::default() };
/// let old = with(vec![metric("queue_depth")]);
/// let new = with(vec![metric("queue_depths"), metric("orders")]);
/// let told: Vec<String> = obs_codegen::diff::diff(&old, &new).iter().map(ToString::to_string).collect();
/// assert_eq!(told, [": harmless: metric orders added", ": breaking: metric queue_depth renamed to queue_depths"]);
/// ```
pub fn diff(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let mut found = functions(old, new);
    found.extend(metrics(old, new));
    found.extend(kernels(old, new));
    found.extend(item::categories(old, new));
    found.sort();
    found.dedup();
    found
}

fn functions(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let (old, new) = (old.functions.iter().map(function::of), new.functions.iter().map(function::of));
    compare("function", old, new, |old, new| function::differences(old.thing, new.thing))
}

fn metrics(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let (old, new) = (old.metrics.iter().map(item::metric), new.metrics.iter().map(item::metric));
    compare("metric", old, new, |old, new| item::differences(old.thing, new.thing))
}

fn kernels(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let (old, new) = (old.kernels.iter().map(kernel::of), new.kernels.iter().map(kernel::of));
    compare("kernel", old, new, |old, new| kernel::differences(old.thing, new.thing))
}

/// Something that has a name and a place.
struct Named<'a, T> {
    name: String,
    place: &'a Place,
    /// Whether series of it can be asked for at all.
    counts: bool,
    thing: &'a T,
}

/// Pairs things by name, then those that are left by what they were probably renamed from.
fn compare<'a, T: 'a>(
    kind: &'static str,
    old: impl Iterator<Item = Named<'a, T>>,
    new: impl Iterator<Item = Named<'a, T>>,
    differences: impl Fn(&Named<'_, T>, &Named<'_, T>) -> Vec<Property>,
) -> Vec<Change> {
    let change = |of: &Named<'_, T>, effect, breaking, message| Change {
        place: of.place.clone(),
        kind,
        name: of.name.clone(),
        effect,
        breaking,
        message,
    };
    let mut found = Vec::new();
    let mut differ = |before: &Named<'_, T>, now: &Named<'_, T>| {
        for (breaking, message) in differences(before, now) {
            found.push(change(now, Effect::Changed, breaking && before.counts, message));
        }
    };
    let mut gone: BTreeMap<String, Named<'_, T>> = once(old);
    let mut came = Vec::new();
    for now in once(new).into_values() {
        match gone.remove(&now.name) {
            Some(before) => differ(&before, &now),
            None => came.push(now),
        }
    }
    let named: Vec<(&str, &Place)> = came.iter().map(|now| (now.name.as_str(), now.place)).collect();
    let went: Vec<(&str, &Place)> =
        gone.values().map(|before| (before.name.as_str(), before.place)).collect();
    let before = change::predecessors(&named, &went);
    let before: Vec<Option<String>> = before
        .into_iter()
        .map(|at| at.and_then(|at| went.get(at)).map(|(name, _)| (*name).to_owned()))
        .collect();
    let mut renamed = Vec::new();
    let mut added = Vec::new();
    for (now, before) in came.into_iter().zip(before) {
        match before.and_then(|before| gone.remove(&before)) {
            Some(before) => {
                differ(&before, &now);
                renamed.push((before, now));
            }
            None => added.push(now),
        }
    }
    for (before, now) in &renamed {
        let to = now.name.clone();
        found.push(Change { place: now.place.clone(), ..change(before, Effect::Renamed, before.counts, to) });
    }
    found.extend(added.iter().map(|now| change(now, Effect::Added, false, String::new())));
    found.extend(gone.values().map(|before| change(before, Effect::Removed, before.counts, String::new())));
    found
}

/// Two of one name share their series: the first stands for both.
fn once<'a, T>(all: impl Iterator<Item = Named<'a, T>>) -> BTreeMap<String, Named<'a, T>> {
    let mut named = BTreeMap::new();
    for each in all {
        named.entry(each.name.clone()).or_insert(each);
    }
    named
}

#[cfg(test)]
mod tests;
