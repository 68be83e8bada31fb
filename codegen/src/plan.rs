//! Everything that artefacts are made of.

use crate::compose::Composed;
use crate::subject::Subject;
use obs_model::{Catalogue, Function, Place};

/// What a program measures, whose it is, and what a person added.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the program measures.
    pub catalogue: Catalogue,
    /// Whose it is.
    pub subject: Subject,
    /// What was composed in the build script.
    pub composed: Composed,
}

impl Plan {
    /// The functions whose calls are counted.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Function> {
        self.catalogue.functions.iter().filter(|function| function.metrics)
    }

    /// The same, with places that are files without lines, so that a line added above does not change the
    /// committed artefacts.
    #[must_use]
    pub fn without_lines(&self) -> Plan {
        let mut plan = self.clone();
        let strip = |place: &mut Place| (place.line, place.column) = (0, 0);
        let catalogue = &mut plan.catalogue;
        catalogue.functions.iter_mut().for_each(|function| strip(&mut function.place));
        catalogue.metrics.iter_mut().for_each(|metric| strip(&mut metric.place));
        catalogue.errors.iter_mut().for_each(|error| strip(&mut error.place));
        plan.composed.strip(strip);
        plan
    }
}
