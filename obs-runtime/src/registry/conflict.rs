//! Families that contradict each other.

use super::{KernelEntry, Metric};
use crate::private::{Kind, LabelDesc, Live};
use obs_model::Place;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

/// Two declarations of one family that cannot be on one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The family's name.
    pub family: String,
    /// What they disagree about.
    pub about: &'static str,
    /// The declaration that is exported.
    pub kept: Place,
    /// The one that is not.
    pub dropped: Place,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { family, about, kept, dropped } = self;
        write!(f, "{dropped}: {family} is declared with another {about} than at {kept}; it is not exported")
    }
}

/// What two declarations of a family have to agree about.
#[derive(Debug)]
struct Declaration {
    family: String,
    kind: Kind,
    help: &'static str,
    labels: Vec<&'static str>,
    buckets: &'static [f64],
    place: Place,
}

/// Removes all items that contradict an earlier one, and says which.
pub(super) fn resolve(
    sites: &mut Vec<&'static Live>,
    metrics: &mut Vec<Metric>,
    kernels: &mut Vec<&'static dyn KernelEntry>,
) -> Vec<Conflict> {
    let mut declared = HashMap::new();
    let mut conflicts = Vec::new();
    let mut keep = |declarations: Vec<Declaration>| {
        let found: Vec<_> = declarations.into_iter().filter_map(|new| check(&mut declared, new)).collect();
        let keep = found.is_empty();
        conflicts.extend(found);
        keep
    };
    sites.retain(|site| keep(of_site(site)));
    metrics.retain(|metric| keep(vec![of_metric(metric)]));
    kernels.retain(|kernel| keep(vec![of_kernel(*kernel)]));
    conflicts
}

fn check(declared: &mut HashMap<String, Declaration>, new: Declaration) -> Option<Conflict> {
    match declared.entry(new.family.clone()) {
        Entry::Vacant(vacant) => {
            vacant.insert(new);
            None
        }
        Entry::Occupied(first) => {
            let first = first.get();
            let about = match () {
                () if first.kind != new.kind => "kind",
                () if first.labels != new.labels => "set of labels",
                () if first.buckets != new.buckets => "list of buckets",
                () if first.help != new.help => "help",
                () => return None,
            };
            Some(Conflict { family: new.family, about, kept: first.place.clone(), dropped: new.place })
        }
    }
}

/// What a function with a family of its own declares. The shared family is the same for all; but two
/// functions of one name and module, whose calls are added up, need the same buckets.
fn of_site(site: &'static Live) -> Vec<Declaration> {
    let desc = &site.desc;
    let one = |family: String, kind, buckets| Declaration {
        family,
        kind,
        help: "",
        labels: names(desc.labels),
        buckets,
        place: Place { file: desc.file.to_owned(), line: desc.line, column: desc.column },
    };
    match desc.metric {
        _ if !desc.metrics => Vec::new(),
        None => vec![one(format!("function {}::{}", desc.module, desc.name), Kind::Histogram, desc.buckets)],
        Some(own) => {
            let slow = desc.slow.map(|_| one(format!("{own}_slow_total"), Kind::Counter, &[]));
            [
                one(format!("{own}_total"), Kind::Counter, &[]),
                one(format!("{own}_duration_seconds"), Kind::Histogram, desc.buckets),
                one(format!("{own}_concurrent"), Kind::Gauge, &[]),
            ]
            .into_iter()
            .chain(slow)
            .collect()
        }
    }
}

fn of_metric(metric: &Metric) -> Declaration {
    let desc = metric.desc();
    Declaration {
        family: desc.name.to_owned(),
        kind: desc.kind,
        help: desc.help,
        labels: names(desc.labels),
        buckets: desc.buckets,
        place: Place { file: desc.file.to_owned(), line: desc.line, column: desc.column },
    }
}

/// Two kernels of one name, whose launches are added up, need the same buckets and labels.
fn of_kernel(kernel: &dyn KernelEntry) -> Declaration {
    let desc = kernel.desc();
    Declaration {
        family: format!("kernel {}", desc.name),
        kind: Kind::Histogram,
        help: "",
        labels: names(desc.labels),
        buckets: desc.buckets,
        place: Place { file: desc.file.to_owned(), line: desc.line, column: desc.column },
    }
}

fn names(labels: &'static [LabelDesc]) -> Vec<&'static str> {
    labels.iter().map(|label| label.name).collect()
}
