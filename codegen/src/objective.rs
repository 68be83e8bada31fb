//! What a program promises: the objectives of its functions, and those composed in its build script.

use crate::plan::Plan;
use crate::query::Select;
use crate::subject::{Runbook, Subject, slug};
use obs_model::{Function, Latency, Percent, Place, Slo, duration};
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
    /// The page that its attribute names.
    pub(crate) runbook: Option<Runbook>,
    /// Where it is declared.
    pub(crate) place: Place,
}

/// A service level indicator: what is counted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sli {
    /// Calls, of which those are bad that end in an error or a panic.
    Success,
    /// Successful calls, of which those are good that take at most `bound`.
    Latency { bound: Duration },
}

/// Every objective, by name. Functions that give one name to their objectives share one.
pub(crate) fn all(plan: &Plan) -> Vec<Objective> {
    let mut objectives: Vec<Objective> = Vec::new();
    for function in plan.counted() {
        for objective in function.slo.iter().flat_map(|slo| of(function, slo)) {
            match objectives.iter_mut().find(|known| known.name == objective.name) {
                Some(known) => known.functions.extend(objective.functions),
                None => objectives.push(objective),
            }
        }
    }
    objectives.sort_by(|a, b| a.name.cmp(&b.name));
    objectives
}

/// The objectives of one function.
fn of(function: &Function, slo: &Slo) -> Vec<Objective> {
    let (name, of) = match &slo.name {
        Some(name) => (slug(name), name.clone()),
        None => (slug(&format!("{}-{}", function.module, function.name)), function.name.clone()),
    };
    let objective = |suffix: &str, promise: String, share, sli| Objective {
        name: format!("{name}-{suffix}"),
        title: format!("{of} {promise}"),
        help: function.help.clone(),
        share,
        window: slo.window,
        min_events: slo.min_events.unwrap_or(FEW),
        sli,
        functions: vec![function.clone()],
        runbook: function.runbook.as_deref().map(Runbook::of),
        place: function.place.clone(),
    };
    let success = slo.success.map(|share| objective("success", "succeeds".to_owned(), share, Sli::Success));
    let latency = slo.latency.iter().map(|&Latency { bound, share }| {
        let text = duration::display(bound);
        objective(
            &format!("latency-{}", slug(&text)),
            format!("within {text}"),
            share,
            Sli::Latency { bound },
        )
    });
    success.into_iter().chain(latency).collect()
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

    /// The page to open when it is missed.
    pub(crate) fn page(&self) -> Runbook {
        self.runbook.clone().unwrap_or_else(|| Runbook::Objective(self.name.clone()))
    }
}
