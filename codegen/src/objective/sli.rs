//! The events of an objective, and the bad ones among them, as queries.

use super::{Objective, Sli};
use crate::launches::{self, Launches};
use crate::query::{Query, Select};
use obs_model::{Function, Kernel};

/// Calls and launches that an objective counts as failed. A cancelled one is its caller's choice.
const FAILED: &str = "error|panic";

/// Ends of the names of a histogram's samples.
const COUNT: &str = "_count";
const BUCKET: &str = "_bucket";
const DURATION: &str = "_duration_seconds";

impl Objective {
    /// Events a second over the last five minutes, by job.
    pub(crate) fn events(&self) -> Query {
        self.rate(|part| match &self.sli {
            Sli::Success => part.ended(),
            Sli::Latency { .. } => part.durations().suffixed(COUNT),
            Sli::Events { total, .. } => total.clone(),
            Sli::AtMost { histogram, .. } => histogram.clone().suffixed(COUNT),
        })
    }

    /// Bad events a second, by job; zero, where there are events and none is bad.
    ///
    /// A counter of failures that has not been there from the start is no reason not to know the ratio.
    pub(crate) fn bad(&self) -> Query {
        let good = |bound: f64| {
            self.rate(|part| match &self.sli {
                Sli::AtMost { histogram, .. } => histogram.clone().suffixed(BUCKET).bucket(bound),
                _ => part.durations().suffixed(BUCKET).bucket(bound),
            })
        };
        let none = Query::written("0").product(&self.events());
        match &self.sli {
            Sli::Success => self.rate(|part| part.ended().like("result", FAILED)).or(&none),
            Sli::Events { bad, .. } => self.rate(|_| bad.clone()).or(&none),
            // Buckets and counts are read at one moment; what arithmetic leaves below zero is no event.
            Sli::Latency { bound } => self.events().minus(&good(bound.as_secs_f64())).no_less_than("0"),
            Sli::AtMost { bound, .. } => self.events().minus(&good(*bound)).no_less_than("0"),
        }
    }

    /// The sum by job of the rates of what `select` makes of each family.
    fn rate(&self, select: impl Fn(&Part) -> Select) -> Query {
        let parts = self.parts();
        let several = parts.len() > 1;
        let rates = parts.iter().map(|part| {
            let rate = select(part).rate("5m");
            match part.own().filter(|_| several) {
                // Families of functions of their own have no label that says whose they are.
                Some(function) => rate.labelled("function", function),
                None => rate,
            }
        });
        let all = rates.reduce(|all, rate| all.or(&rate));
        let all = all.unwrap_or_else(|| select(&Part::Calls(Select::new(""), None)).rate("5m"));
        match several {
            true => all.sum_block(&["job"]),
            false => all.sum(&["job"]),
        }
    }

    /// The families that its functions and kernels count in.
    fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut modules: Vec<(&str, Vec<&str>)> = Vec::new();
        for function in &self.functions {
            match (&function.metric, modules.iter_mut().find(|(module, _)| *module == function.module)) {
                (Some(prefix), _) => {
                    parts.push(Part::Calls(Select::new(prefix), Some(function.name.clone())));
                }
                (None, Some((_, names))) => names.push(&function.name),
                (None, None) => modules.push((&function.module, vec![&function.name])),
            }
        }
        let shared = modules.into_iter().map(|(module, names)| {
            let select = Select::new("function_calls").eq("module", module);
            Part::Calls(select.one_of("function", &names), None)
        });
        let kernels: Vec<&Kernel> = self.kernels.iter().collect();
        let launches = (!kernels.is_empty()).then(|| Part::Launches(Launches::any(&kernels)));
        shared.chain(parts).chain(launches).collect()
    }

    /// Series in which things happen one after the other, as the input of a rule test; none where they cannot be
    /// told from the text of a selector.
    pub(crate) fn series(&self, phases: &[Phase]) -> Option<Vec<(String, String)>> {
        let target = |select: Select| select.eq("job", JOB).eq("instance", INSTANCE);
        let (all, bad, good) =
            (values(phases, |p| p.all), values(phases, |p| p.bad), values(phases, |p| p.all - p.bad));
        let histogram = |of: Select, bound: f64| {
            let le = of.clone().suffixed(BUCKET).eq("le", &bound.to_string());
            vec![(target(of.suffixed(COUNT)), all.clone()), (target(le), good.clone())]
        };
        let series = match &self.sli {
            Sli::Latency { bound } => histogram(self.first()?.durations(), bound.as_secs_f64()),
            Sli::AtMost { histogram: of, bound } => histogram(of.example()?, *bound),
            Sli::Success => {
                let ended = self.first()?.ended();
                let ended = |result| target(ended.clone().eq("result", result));
                vec![(ended("ok"), good.clone()), (ended("error"), bad)]
            }
            Sli::Events { bad: failed, total } => {
                let (failed, total) = (target(failed.example()?), target(total.example()?));
                match (failed == total, failed.name() == total.name()) {
                    (true, _) => return None,
                    // The bad ones are counted among all; the others have some other value of a label.
                    (_, true) => vec![(failed, bad), (total.eq("case", "good"), good.clone())],
                    _ => vec![(failed, bad), (total, all.clone())],
                }
            }
        };
        Some(series.into_iter().map(|(select, values)| (select.to_string(), values)).collect())
    }

    /// One of its functions or kernels, by labels that each have one value.
    fn first(&self) -> Option<Part> {
        let function = self.functions.first().map(|function| Part::Calls(call(function, ""), None));
        function.or_else(|| self.kernels.first().map(|kernel| Part::Launches(Launches::of(kernel))))
    }

    /// Whether what happens to `other`'s events in a rule test happens to the events of this as well.
    pub(crate) fn shares(&self, other: &Objective) -> bool {
        match (&self.sli, &other.sli) {
            (Sli::Success | Sli::Latency { .. }, Sli::Success | Sli::Latency { .. }) => {
                self.sli == other.sli
                    && match (other.functions.first(), other.kernels.first()) {
                        (Some(function), _) => self.functions.contains(function),
                        (None, Some(kernel)) => self.kernels.contains(kernel),
                        (None, None) => false,
                    }
            }
            (a, b) => a == b,
        }
    }

    /// Whether both look at one family and each selects as it was written, so that nobody knows what the series of a rule
    /// test of one are to the other: good events of one may be bad for the other.
    pub(crate) fn entangles(&self, other: &Objective) -> bool {
        let known = |sli: &Sli| matches!(sli, Sli::Success | Sli::Latency { .. });
        let apart = match (&self.sli, &other.sli) {
            (a, b) if known(a) && known(b) => true,
            // Other buckets of one histogram.
            (Sli::AtMost { histogram, .. }, Sli::AtMost { histogram: of, .. }) => histogram == of,
            (a, b) => a == b,
        };
        let families = other.families();
        !apart && self.families().iter().any(|family| families.contains(family))
    }

    /// The names of what it looks at, those of histograms without a suffix.
    fn families(&self) -> Vec<String> {
        let selects = match &self.sli {
            Sli::Success => self.parts().iter().map(Part::ended).collect(),
            Sli::Latency { .. } => self.parts().iter().map(Part::durations).collect(),
            Sli::AtMost { histogram, .. } => vec![histogram.clone()],
            Sli::Events { bad, total } => vec![bad.clone(), total.clone()],
        };
        let family = |select: &Select| {
            let name = select.name();
            let histogram = [COUNT, BUCKET].iter().find_map(|suffix| name.strip_suffix(suffix));
            histogram.unwrap_or(name).to_owned()
        };
        selects.iter().map(family).collect()
    }
}

/// Some minutes of a rule test, each with so many events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Phase {
    /// How long it lasts.
    pub(crate) minutes: u64,
    /// The events of a minute.
    pub(crate) all: u64,
    /// Those of them that are bad.
    pub(crate) bad: u64,
}

/// A counter of what happens in each phase, as promtool writes series: a sample a minute.
fn values(phases: &[Phase], a_minute: impl Fn(&Phase) -> u64) -> String {
    let mut count = 0;
    let mut parts = Vec::new();
    for phase in phases {
        let step = a_minute(phase);
        parts.push(format!("{count}+{step}x{}", phase.minutes - 1));
        count += step * phase.minutes;
    }
    // The last minute ends with a sample of its own.
    parts.push(count.to_string());
    parts.join(" ")
}

/// The target in rule tests.
pub(crate) const JOB: &str = "test";
/// Its instance.
pub(crate) const INSTANCE: &str = "a";

/// Where some of an objective's events are counted.
enum Part {
    /// Calls of functions: the families' prefix, and the function's name if they are its own.
    Calls(Select, Option<String>),
    /// Launches of kernels.
    Launches(Launches),
}

impl Part {
    /// The counter of what ended, by its result.
    fn ended(&self) -> Select {
        match self {
            Part::Calls(prefix, _) => prefix.clone().suffixed("_total"),
            Part::Launches(launches) => launches.total(),
        }
    }

    /// The histogram of what ended well. Only such launches are timed.
    fn durations(&self) -> Select {
        match self {
            Part::Calls(prefix, _) => prefix.clone().eq("result", "ok").suffixed(DURATION),
            Part::Launches(launches) => launches.family(launches::DURATION),
        }
    }

    /// The function whose own families they are.
    fn own(&self) -> Option<&str> {
        match self {
            Part::Calls(_, own) => own.as_deref(),
            Part::Launches(_) => None,
        }
    }
}

/// The calls of one function that end so, without a suffix.
pub(crate) fn call(function: &Function, result: &str) -> Select {
    let select = match &function.metric {
        Some(prefix) => Select::new(prefix),
        None => Select::new("function_calls").eq("function", &function.name).eq("module", &function.module),
    };
    if result.is_empty() { select } else { select.eq("result", result) }
}
