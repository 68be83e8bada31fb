//! How the objectives of observed functions and of kernels are doing, told by the program itself.
//!
//! The generated rules are the authority: they see all instances, and remember the whole period. This is
//! for a program that looks at itself, as a health check or an admission control does, and for where
//! there is no Prometheus. It reads the same families that are exported, so the two agree on what counts.

mod rolling;

use crate::snapshot::{Family, FamilyKind, Labels, Series, Value};
use obs_model::{Percent, Promise};
use rolling::{Events, Rolling, WINDOWS};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

const CALLS: &str = "function_calls";

/// What kernels count their launches in, and their time on the device.
const LAUNCHES: &str = "gpu_kernel_launches";
const TIMINGS: &str = "gpu_kernel";

static ALL: LazyLock<Objectives> = LazyLock::new(|| Objectives::of(&crate::catalogue()));

/// The moment from which time is counted.
static BEGAN: OnceLock<Instant> = OnceLock::new();

/// An objective, and how it is doing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Objective {
    /// Its name, which is also the label `sloth_slo` of the generated rules.
    pub name: String,
    /// The share of calls that has to be good.
    pub share: Percent,
    /// With a bound, successful calls and timed launches count, and those are good that take at most this long.
    /// Without, all calls and launches count, and those are bad that end in an error or a panic.
    pub bound: Option<Duration>,
    /// How it is doing, over the last five minutes, hour and day.
    pub windows: [Window; 3],
}

/// The calls and launches of an objective over a rolling window.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Window {
    /// The length of the window.
    pub length: Duration,
    /// The time that is really covered: less than `length` in a young process, and up to a sixtieth more
    /// in an old one. Where nobody asked for longer than that, it reaches back to when somebody did.
    pub covers: Duration,
    /// How many calls were good.
    pub good: u64,
    /// How many there were.
    pub total: u64,
    share: Percent,
}

impl Window {
    /// The share of calls that were good, from 0 to 1; `None` without calls.
    pub fn ratio(&self) -> Option<f64> {
        (self.total > 0).then(|| self.good as f64 / self.total as f64)
    }

    /// How fast the error budget burns: at 1, it is used up just when its period ends; at 14.4, 2 % of 30 days
    /// are gone in an hour. `None` without calls.
    pub fn burn_rate(&self) -> Option<f64> {
        let bad = self.total.saturating_sub(self.good) as f64;
        let budget = f64::from(100_000_000 - self.share.millionths()) / 1e8;
        (self.total > 0).then(|| bad / self.total as f64 / budget)
    }
}

/// The objectives of this program's functions and kernels, by name, as they stand now.
///
/// Takes a [`snapshot`](fn@crate::snapshot), and costs as much. Each scrape and each call of this remembers
/// where the counts stand, at most sixty times a window; memory is 6 KiB an objective. Counts made before
/// `init`, or before the first question where there is no `init`, are taken as made then.
///
/// Objectives that are composed in a build script are in the generated rules only.
///
/// ```
/// for objective in obs_runtime::objectives() {
///     let [five_minutes, ..] = objective.windows;
///     if five_minutes.burn_rate().is_some_and(|rate| rate > 14.4) {
///         println!("{} is at risk", objective.name);
///     }
/// }
/// ```
pub fn objectives() -> Vec<Objective> {
    let snapshot = crate::snapshot();
    ALL.now(&snapshot.families)
}

/// Starts the clock.
pub(crate) fn begin() -> Instant {
    *BEGAN.get_or_init(Instant::now)
}

/// Appends `obs_objective_*`, from the families that are there.
pub(crate) fn collect(families: &mut Vec<Family>) {
    let objectives = ALL.now(families);
    families.extend(ALL.families(&objectives));
}

/// What has to be known to find an objective's calls, and to remember them.
struct Objectives {
    promises: Vec<Promise>,
    /// The places in `promises` of a function's objectives, by its module, then its name.
    shared: HashMap<String, HashMap<String, Vec<usize>>>,
    /// The same, by the prefix of a function's own families.
    own: HashMap<String, Vec<usize>>,
    /// The same, by the name of a kernel.
    kernels: HashMap<String, Vec<usize>>,
    rolling: Vec<Mutex<Rolling>>,
    /// The labels of each objective: alone, and with each window.
    labels: Vec<(Arc<Labels>, [Arc<Labels>; 3])>,
}

impl Objectives {
    fn of(catalogue: &obs_model::Catalogue) -> Objectives {
        let functions = || catalogue.functions.iter().filter(|function| function.metrics);
        let of_functions = functions().flat_map(obs_model::Function::promises);
        let of_kernels = catalogue.kernels.iter().flat_map(obs_model::Kernel::promises);
        let mut promises: Vec<Promise> = of_functions.chain(of_kernels).collect();
        promises.sort_by(|a, b| a.name.cmp(&b.name));
        promises.dedup_by(|a, b| a.name == b.name);
        let mut shared: HashMap<String, HashMap<String, Vec<usize>>> = HashMap::new();
        let mut own = HashMap::new();
        let named = |promise: &Promise| promises.iter().position(|known| known.name == promise.name);
        for function in functions() {
            let places: Vec<usize> = function.promises().iter().filter_map(named).collect();
            if places.is_empty() {
                continue;
            }
            match &function.metric {
                Some(prefix) => own.insert(prefix.clone(), places),
                None => {
                    shared.entry(function.module.clone()).or_default().insert(function.name.clone(), places)
                }
            };
        }
        let mut kernels: HashMap<String, Vec<usize>> = HashMap::new();
        for kernel in &catalogue.kernels {
            let places: Vec<usize> = kernel.promises().iter().filter_map(named).collect();
            kernels.entry(kernel.name.clone()).or_default().extend(places);
        }
        let label = |promise: &Promise| {
            let name = ("objective", promise.name.clone());
            let windowed = WINDOWS
                .map(|window| Labels::new([name.clone(), ("window", obs_model::duration::display(window))]));
            (Labels::new([name]), windowed)
        };
        Objectives {
            labels: promises.iter().map(label).collect(),
            rolling: promises.iter().map(|_| Mutex::new(Rolling::new())).collect(),
            promises,
            shared,
            own,
            kernels,
        }
    }

    /// Every objective, now, by families that were just read.
    fn now(&self, families: &[Family]) -> Vec<Objective> {
        if self.promises.is_empty() {
            return Vec::new();
        }
        let at = begin().elapsed();
        let events = self.events(families);
        let objective = |((promise, rolling), events): ((&Promise, &Mutex<Rolling>), Events)| {
            let mut rolling = rolling.lock().unwrap_or_else(PoisonError::into_inner);
            let windows = rolling.windows(at, events).map(|over| Window {
                length: over.length,
                covers: over.covers,
                good: over.events.good,
                total: over.events.total,
                share: promise.share,
            });
            Objective { name: promise.name.clone(), share: promise.share, bound: promise.bound, windows }
        };
        self.promises.iter().zip(&self.rolling).zip(events).map(objective).collect()
    }

    /// The events of each objective since the process started.
    fn events(&self, families: &[Family]) -> Vec<Events> {
        let mut events = vec![Events::default(); self.promises.len()];
        for family in families {
            let calls = family.name.strip_suffix("_total").map(|prefix| (prefix, false));
            let durations = family.name.strip_suffix("_duration_seconds").map(|prefix| (prefix, true));
            let Some((prefix, durations)) = calls.or(durations) else { continue };
            let own = self.own.get(prefix);
            let launched = prefix == if durations { TIMINGS } else { LAUNCHES };
            if own.is_none() && prefix != CALLS && !launched {
                continue;
            }
            for series in &family.series {
                let shared =
                    || self.shared.get(series.labels.get("module")?)?.get(series.labels.get("function")?);
                let kernel = || self.kernels.get(series.labels.get("kernel").filter(|_| launched)?);
                let places = own.or_else(shared).or_else(kernel);
                for &place in places.into_iter().flatten() {
                    events[place].add(self.promises[place].bound, durations, series);
                }
            }
        }
        events
    }

    /// What is exported of them. Where there were no calls, there is no ratio.
    fn families(&self, objectives: &[Objective]) -> Vec<Family> {
        if objectives.is_empty() {
            return Vec::new();
        }
        let family = |name: &'static str, help: &'static str| Family::new(name, help, FamilyKind::Gauge);
        let mut target = family("obs_objective_target_ratio", "The share of calls that has to be good.");
        let mut good = family(
            "obs_objective_good_ratio",
            "The share of this instance's calls that were good, over a rolling window.",
        );
        let mut burn = family(
            "obs_objective_burn_rate",
            "How fast this instance burns the error budget over a rolling window; 1 uses it up in its period.",
        );
        let mut events = family(
            "obs_objective_calls",
            "This instance's calls that an objective counts, over a rolling window.",
        );
        for (objective, (alone, windowed)) in objectives.iter().zip(&self.labels) {
            let share = f64::from(objective.share.millionths()) / 1e8;
            target = target.with_labels(Arc::clone(alone), share);
            for (window, labels) in objective.windows.iter().zip(windowed) {
                events = events.with_labels(Arc::clone(labels), window.total);
                if let (Some(ratio), Some(rate)) = (window.ratio(), window.burn_rate()) {
                    good = good.with_labels(Arc::clone(labels), ratio);
                    burn = burn.with_labels(Arc::clone(labels), rate);
                }
            }
        }
        vec![target, good, burn, events]
    }
}

impl Events {
    /// Adds a series of an objective's function, if the objective counts such calls.
    fn add(&mut self, bound: Option<Duration>, durations: bool, series: &Series) {
        match (bound, durations, &series.value) {
            (None, false, Value::Integer(count)) => {
                self.total += count;
                if !matches!(series.labels.get("result"), Some("error" | "panic")) {
                    self.good += count;
                }
            }
            // Only launches that ended well are timed; they have no result to tell it by.
            (Some(bound), true, Value::Histogram(value))
                if matches!(series.labels.get("result"), Some("ok") | None) =>
            {
                // The macro has seen to it that the bound is one of the buckets.
                let within = value.bounds.bounds().partition_point(|le| *le <= bound.as_secs_f64());
                self.total += value.count();
                self.good += value.counts[..within].iter().sum::<u64>();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
