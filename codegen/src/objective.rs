//! What a program promises: the objectives of its functions, and those composed in its build script.
//!
//! [`all`] is the single list of them. Rules, alerts, dashboards and runbooks are views of it.

mod burn;
mod composed;
mod merge;
mod policy;
mod sli;

pub(crate) use burn::{Window, pairs, windows};
#[cfg(feature = "promql")]
pub(crate) use composed::mistakes;
pub(crate) use merge::conflicts;
pub(crate) use policy::{POLICY, Stage};
pub(crate) use sli::{INSTANCE, JOB, Phase, call};

use crate::plan::Plan;
use crate::query::Select;
use crate::subject::{Runbook, Subject};
use obs_model::promise::slug;
use obs_model::{Function, Kernel, Percent, Place, Promise, Slo, duration};
use std::time::Duration;

/// Of fewer events than this in an alert's window, no share is worth waking anybody for.
pub(crate) const FEW: u64 = 20;

/// One service level objective: one share of one kind of events.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Objective {
    /// Its name among those of the service, a slug; the label `sloth_slo`.
    pub(crate) name: String,
    /// What is promised, for people: `checkout succeeds`.
    pub(crate) title: String,
    /// What it is about, as its functions say.
    pub(crate) help: String,
    /// The share of events that has to be good.
    pub(crate) share: Percent,
    /// The period that the error budget covers.
    pub(crate) window: Duration,
    /// Alerts stay quiet below this many events in their long window.
    pub(crate) min_events: u64,
    /// Which events there are, and which of them are good.
    pub(crate) sli: Sli,
    /// The functions whose calls are the events; none if the events are not calls.
    pub(crate) functions: Vec<Function>,
    /// The kernels whose launches are events as well.
    pub(crate) kernels: Vec<Kernel>,
    /// The page that its attribute names.
    pub(crate) runbook: Option<Runbook>,
    /// Where it is declared.
    pub(crate) place: Place,
}

/// A service level indicator: what is counted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sli {
    /// Calls or launches, of which those are bad that end in an error or a panic.
    Success,
    /// Successful calls or timed launches, of which those are good that take at most `bound`.
    Latency {
        /// The most that a good one takes.
        bound: Duration,
    },
    /// What a counter counts, of which those are bad that another selector chooses.
    Events {
        /// The counter of the bad ones.
        bad: Select,
        /// The counter of all.
        total: Select,
    },
    /// What a histogram observes, of which those are good that are at most `bound`.
    AtMost {
        /// The histogram, without a suffix.
        histogram: Select,
        /// The bound of one of its buckets.
        bound: f64,
    },
}

/// Every objective, by name. Functions and kernels that give one name to their objectives share one.
pub(crate) fn all(plan: &Plan) -> Vec<Objective> {
    let functions = plan.counted().flat_map(of_function);
    let mut objectives: Vec<Objective> = Vec::new();
    for objective in functions.chain(plan.catalogue.kernels.iter().flat_map(of_kernel)) {
        match objectives.iter_mut().find(|known| known.name == objective.name) {
            Some(known) => merge::into(known, objective),
            None => objectives.push(objective),
        }
    }
    objectives.extend(composed::all(plan));
    objectives.sort_by(|a, b| a.name.cmp(&b.name));
    objectives
}

/// What an attribute declares: its objectives, and of what.
struct Declared<'a> {
    slo: &'a Slo,
    name: &'a str,
    help: &'a str,
    runbook: Option<&'a str>,
    place: &'a Place,
    promises: Vec<Promise>,
}

/// The objectives of one function.
fn of_function(function: &Function) -> Vec<Objective> {
    let Some(slo) = &function.slo else { return Vec::new() };
    let (name, help, place) = (&function.name, &function.help, &function.place);
    let runbook = function.runbook.as_deref();
    let all = Declared { slo, name, help, runbook, place, promises: function.promises() }.objectives();
    all.map(|objective| Objective { functions: vec![function.clone()], ..objective }).collect()
}

/// The objectives of one kernel: of its launches, and of its time on the device.
fn of_kernel(kernel: &Kernel) -> Vec<Objective> {
    let Some(slo) = &kernel.slo else { return Vec::new() };
    let (name, help, place) = (&kernel.name, &kernel.help, &kernel.place);
    let runbook = kernel.runbook.as_deref();
    let all = Declared { slo, name, help, runbook, place, promises: kernel.promises() }.objectives();
    all.map(|objective| Objective { kernels: vec![kernel.clone()], ..objective }).collect()
}

impl Declared<'_> {
    /// One for each promise, named as the running program names it.
    fn objectives(self) -> impl Iterator<Item = Objective> {
        let of = self.slo.name.clone().unwrap_or_else(|| self.name.to_owned());
        let (help, place) = (self.help.to_owned(), self.place.clone());
        let (window, min_events) = (self.slo.window, self.slo.min_events.unwrap_or(FEW));
        let runbook = self.runbook.map(Runbook::of);
        self.promises.into_iter().map(move |Promise { name, share, bound }| {
            let (promise, sli) = match bound {
                None => ("succeeds".to_owned(), Sli::Success),
                Some(bound) => (format!("within {}", duration::display(bound)), Sli::Latency { bound }),
            };
            Objective {
                name,
                title: format!("{of} {promise}"),
                help: help.clone(),
                share,
                window,
                min_events,
                sli,
                functions: Vec::new(),
                kernels: Vec::new(),
                runbook: runbook.clone(),
                place: place.clone(),
            }
        })
    }
}

impl Objective {
    /// What tells it from those of all services; the label `sloth_id`.
    pub(crate) fn id(&self, subject: &Subject) -> String {
        format!("{}-{}", slug(&subject.service), self.name)
    }

    /// What is recorded of it under one of sloth's names, such as `slo:objective:ratio`.
    pub(crate) fn recorded(&self, record: &str, subject: &Subject) -> Select {
        Select::new(record).eq("sloth_id", &self.id(subject))
    }

    /// The labels that every series about it has.
    pub(crate) fn labels(&self, subject: &Subject) -> Vec<(String, String)> {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            label("sloth_id", &self.id(subject)),
            label("sloth_service", &subject.service),
            label("sloth_slo", &self.name),
        ]
    }

    /// The page to open when it is missed.
    pub(crate) fn page(&self) -> Runbook {
        self.runbook.clone().unwrap_or_else(|| Runbook::Objective(self.name.clone()))
    }

    /// The error budget of 99.9 % as `0.1%`.
    pub(crate) fn budget(&self) -> String {
        Percent::from_millionths(100_000_000 - self.share.millionths())
            .map_or_else(String::new, |budget| budget.to_string())
    }

    /// The objective in words: `99.9% over 30d: checkout succeeds`.
    pub(crate) fn promise(&self) -> String {
        format!("{} over {}: {}", self.share, duration::display(self.window), self.title)
    }
}

#[cfg(test)]
mod tests;
