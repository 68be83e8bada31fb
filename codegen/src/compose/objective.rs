//! Objectives that no attribute can state: of several functions, of any counter, of any histogram.

use obs_model::Place;
use serde::{Deserialize, Serialize};

/// A service level objective.
///
/// Its events are calls of functions, or what a counter counts, or what a histogram observes.
///
/// ```no_run
/// use obs_codegen::{Builder, Objective};
/// Builder::from_crate()
///     // Calls, of which 99.9 % succeed, and 95 % of those within 25 ms.
///     .objective(Objective::new("checkout").functions(["shop::checkout", "shop::pay"])
///         .success("99.9%").latency("25ms", "95%"))
///     // Orders, as a counter knows them.
///     .objective(Objective::new("orders").events("orders_total{state=\"failed\"}", "orders_total")
///         .success("99%").window("7d").min_events(50).runbook("orders"))
///     // Sizes, of which 99 % are at most a megabyte, which is the bound of a bucket.
///     .objective(Objective::new("uploads").histogram("upload_size_bytes").at_most(1_048_576.0, "99%"))
///     .emit();
/// ```
///
/// What is wrong with it, such as a function that is not observed or a bound that is no bucket, is an error of
/// the build at the place of `Objective::new`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "an objective counts once it is given to `Builder::objective`"]
pub struct Objective {
    pub(crate) name: String,
    pub(crate) functions: Vec<String>,
    /// Bad ones, and all.
    pub(crate) events: Option<(String, String)>,
    pub(crate) histogram: Option<String>,
    pub(crate) success: Option<String>,
    pub(crate) latency: Vec<(String, String)>,
    pub(crate) at_most: Vec<(f64, String)>,
    pub(crate) window: String,
    pub(crate) min_events: Option<u64>,
    pub(crate) runbook: Option<String>,
    pub(crate) help: String,
    #[serde(with = "super::place")]
    pub(crate) place: Place,
}

#[cfg(feature = "promql")]
impl Objective {
    /// An objective of that name, over 30 days unless another window is given.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Objective {
        Objective {
            name: name.into(),
            functions: Vec::new(),
            events: None,
            histogram: None,
            success: None,
            latency: Vec::new(),
            at_most: Vec::new(),
            window: "30d".to_owned(),
            min_events: None,
            runbook: None,
            help: String::new(),
            place: super::place::caller(),
        }
    }

    /// The events are the calls of these functions, each by its path: `shop::checkout`.
    pub fn functions<S: Into<String>>(mut self, paths: impl IntoIterator<Item = S>) -> Objective {
        self.functions.extend(paths.into_iter().map(Into::into));
        self
    }

    /// The events are what the counter `total` counts, of which `bad` selects those that are not good.
    pub fn events(mut self, bad: impl Into<String>, total: impl Into<String>) -> Objective {
        self.events = Some((bad.into(), total.into()));
        self
    }

    /// The events are what a histogram observes: its name without a suffix, with or without labels.
    pub fn histogram(mut self, selector: impl Into<String>) -> Objective {
        self.histogram = Some(selector.into());
        self
    }

    /// The share of events that is good: `99.9%`.
    pub fn success(mut self, share: impl Into<String>) -> Objective {
        self.success = Some(share.into());
        self
    }

    /// This share of successful calls, or of the observations of a histogram of seconds, is within a bound,
    /// which is that of a bucket: `latency("25ms", "95%")`.
    pub fn latency(mut self, bound: impl Into<String>, share: impl Into<String>) -> Objective {
        self.latency.push((bound.into(), share.into()));
        self
    }

    /// This share of the observations of a histogram is at most `bound`, which is that of a bucket.
    pub fn at_most(mut self, bound: f64, share: impl Into<String>) -> Objective {
        self.at_most.push((bound, share.into()));
        self
    }

    /// The period that the error budget covers: `7d`.
    pub fn window(mut self, window: impl Into<String>) -> Objective {
        self.window = window.into();
        self
    }

    /// Alerts stay quiet while there are fewer events than this in their long window.
    pub fn min_events(mut self, events: u64) -> Objective {
        self.min_events = Some(events);
        self
    }

    /// The name or the address of the page to open when it is missed.
    pub fn runbook(mut self, page: impl Into<String>) -> Objective {
        self.runbook = Some(page.into());
        self
    }

    /// What it means to a user.
    pub fn describe(mut self, text: impl Into<String>) -> Objective {
        self.help = text.into();
        self
    }
}
