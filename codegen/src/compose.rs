//! What a person adds in the build script: data, made by typed builders, each part with the place where it
//! was written.

mod alert;
#[cfg(feature = "promql")]
mod check;
pub mod dashboard;
pub mod foreign;
mod objective;
mod place;
mod record;
pub(crate) mod requests;

#[cfg(feature = "promql")]
pub(crate) use check::{dashboard_problem, is_duration};

pub use alert::Alert;
pub use objective::Objective;
pub use record::Record;
pub use requests::Requests;

use dashboard::Dashboard;
use foreign::Foreign;
use obs_model::Place;
use serde::{Deserialize, Serialize};

/// Everything that was composed in a build script.
///
/// [`Builder::emit`](crate::Builder::emit) leaves it in `OUT_DIR` as [`FILE`], where the command finds it:
/// it cannot be read from the text of a build script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Composed {
    /// Alerts.
    pub alerts: Vec<Alert>,
    /// Dashboards, in the order they were given.
    pub dashboards: Vec<Dashboard>,
    /// Metrics of other programs that queries may ask for.
    pub foreign: Vec<Foreign>,
    /// Objectives.
    pub objectives: Vec<Objective>,
    /// Recording rules, in the order they were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<Record>,
    /// Requests that layers count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Requests>,
}

/// The file in `OUT_DIR` that holds what was composed.
pub const FILE: &str = "composed.json";

impl Composed {
    /// The requests that are named, for a catalogue.
    pub fn requests(&self) -> Vec<obs_model::Requests> {
        let mut requests: Vec<obs_model::Requests> = self.requests.iter().map(Requests::model).collect();
        requests.sort();
        requests
    }

    /// Changes every place.
    pub(crate) fn strip(&mut self, strip: impl Fn(&mut Place)) {
        self.alerts.iter_mut().for_each(|alert| strip(&mut alert.place));
        self.dashboards.iter_mut().for_each(|dashboard| dashboard.strip(&strip));
        self.foreign.iter_mut().for_each(|foreign| strip(&mut foreign.place));
        self.objectives.iter_mut().for_each(|objective| strip(&mut objective.place));
        self.records.iter_mut().for_each(|record| strip(&mut record.place));
        self.requests.iter_mut().for_each(|requests| strip(&mut requests.place));
    }
}

/// Everything that is wrong with what was composed.
#[cfg(feature = "promql")]
pub(crate) fn mistakes(plan: &crate::plan::Plan) -> Vec<crate::Mistake> {
    let mut mistakes = crate::objective::mistakes(plan);
    mistakes.extend(crate::alert::mistakes(plan));
    mistakes.extend(check::mistakes(plan));
    mistakes.sort();
    mistakes
}

/// What composed queries may ask for: what the program exports, what the rules record of it, and what is
/// declared of other programs.
#[cfg(feature = "promql")]
pub(crate) fn known(plan: &crate::plan::Plan) -> crate::query::check::Known {
    crate::query::check::Known::of_plan(plan).strict()
}
