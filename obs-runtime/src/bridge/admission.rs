//! Which foreign families fit on a page.

use crate::snapshot::{Family, FamilyKind};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// The most names that are remembered as logged.
const LOGGED: usize = 1000;

/// The names on a page: of families, and of the samples that histograms and summaries have.
#[derive(Debug)]
pub(super) struct Admission {
    taken: HashSet<String>,
    refused: u64,
}

impl Admission {
    /// The names of a page that has no conflicts.
    pub(super) fn of(families: &[Family]) -> Admission {
        let taken = families.iter().flat_map(names).collect();
        Admission { taken, refused: 0 }
    }

    /// Whether the family fits, in which case its names are taken. If it does not, that is counted, and
    /// logged once.
    pub(super) fn admit(&mut self, family: &Family) -> bool {
        let free = names(family).all(|name| !self.taken.contains(&name));
        if free {
            self.taken.extend(names(family));
        } else {
            self.refused += 1;
            log_once(&family.name);
        }
        free
    }

    pub(super) fn refused(&self) -> u64 {
        self.refused
    }
}

/// The family's name, and those of its samples.
fn names(family: &Family) -> impl Iterator<Item = String> + '_ {
    let suffixes: &[&str] = match family.kind {
        FamilyKind::Histogram => &["", "_bucket", "_sum", "_count"],
        FamilyKind::Summary => &["", "_sum", "_count"],
        _ => &[""],
    };
    suffixes.iter().map(|suffix| format!("{}{suffix}", family.name))
}

fn log_once(name: &str) {
    static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() < LOGGED && !known.iter().any(|known| known == name) {
        known.push(name.to_owned());
        drop(known);
        tracing::warn!(target: "obs", family = name, "left out a prometheus family: its name is taken");
    }
}
