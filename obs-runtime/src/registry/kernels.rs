//! The families of kernels and of other crates of ours.

use super::{KernelEntry, merge};
use crate::instrument::family::Page;
use crate::private::{self, Families};
use crate::snapshot::Family;
use std::collections::HashSet;

/// The kernels that were linked.
#[derive(Debug)]
pub(super) struct Kernels {
    all: Vec<&'static dyn KernelEntry>,
    /// Whether two have one name, so that their series are to be added up.
    repeated: bool,
}

impl Kernels {
    pub(super) fn new(all: Vec<&'static dyn KernelEntry>) -> Kernels {
        let names: HashSet<_> = all.iter().map(|kernel| kernel.desc().name).collect();
        Kernels { repeated: names.len() < all.len(), all }
    }

    /// Their families, aside from the program's own, which keep their names.
    pub(super) fn collect(&self, page: &mut Page<'_>) -> Vec<Family> {
        let own = std::mem::take(&mut page.families);
        let mut families = Families::new(page);
        self.all.iter().for_each(|kernel| kernel.collect(&mut families));
        private::sources().into_iter().for_each(|collect| collect(&mut families));
        let mut collected: Vec<Family> = std::mem::replace(&mut page.families, own).into_values().collect();
        if self.repeated {
            collected.iter_mut().for_each(merge::series);
        }
        collected
    }
}
