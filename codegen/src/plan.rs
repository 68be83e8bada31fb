//! Everything that artefacts are made of.

use crate::compose::Composed;
use crate::objective;
use crate::requests::Counted;
use crate::subject::Subject;
use obs_model::{Catalogue, Function, Place, duration};
use std::time::Duration;

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

/// What is promised, for whoever lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Its name among those of the service.
    pub name: String,
    /// What tells it from those of all services: the label `sloth_id` of what is recorded of it.
    pub id: String,
    /// What is promised: `checkout succeeds`.
    pub title: String,
    /// The share of events that has to be good: `99.9%`.
    pub share: String,
    /// The period that the error budget covers: `30d`.
    pub window: String,
    /// The functions whose calls are the events, each with its module.
    pub functions: Vec<(String, String)>,
    /// The kernels whose launches are events, each with its module.
    pub kernels: Vec<(String, String)>,
    /// Where it is declared.
    pub place: Place,
}

/// Requests that are counted, for whoever lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What they are called on a page: `HTTP server`.
    pub name: String,
    /// The family of their durations.
    pub family: String,
    /// The labels of that family.
    pub labels: Vec<String>,
    /// What the build script calls slow.
    pub slow: Option<Duration>,
    /// Where the build script names them; `None` for those that only the program tells of.
    pub place: Option<Place>,
}

impl Plan {
    /// Every kind of requests, servers first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let exchange = |counted: Counted<'_>| {
            let duration = counted.of.duration();
            Exchange {
                name: counted.name(),
                family: duration.name,
                labels: duration.labels.into_iter().map(|(_, name)| name).collect(),
                slow: counted.slow,
                place: counted.place.cloned(),
            }
        };
        Counted::all(self).into_iter().map(exchange).collect()
    }

    /// Every objective, by name.
    pub fn promises(&self) -> Vec<Promise> {
        let promise = |objective: objective::Objective| Promise {
            id: objective.id(&self.subject),
            name: objective.name,
            title: objective.title,
            share: objective.share.to_string(),
            window: duration::display(objective.window),
            functions: objective.functions.into_iter().map(|f| (f.module, f.name)).collect(),
            kernels: objective.kernels.into_iter().map(|k| (k.module, k.name)).collect(),
            place: objective.place,
        };
        objective::all(self).into_iter().map(promise).collect()
    }

    /// The functions whose calls are counted.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Function> {
        self.catalogue.functions.iter().filter(|function| function.metrics)
    }

    /// Whether there is a dashboard of kernels and devices: there are some, or they are measured.
    pub(crate) fn has_gpu(&self) -> bool {
        !self.catalogue.kernels.is_empty() || self.subject.devices.measured()
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
        catalogue.kernels.iter_mut().for_each(|kernel| strip(&mut kernel.place));
        catalogue.errors.iter_mut().for_each(|error| strip(&mut error.place));
        plan.composed.strip(strip);
        plan
    }
}
