//! What a person adds in the build script: data, made by typed builders, each part with the place where it
//! was written.

#[cfg(feature = "promql")]
mod check;
pub mod dashboard;
pub mod foreign;
mod place;

#[cfg(feature = "promql")]
pub(crate) use check::mistakes;

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
    /// Dashboards, in the order they were given.
    pub dashboards: Vec<Dashboard>,
    /// Metrics of other programs that queries may ask for.
    pub foreign: Vec<Foreign>,
}

/// The file in `OUT_DIR` that holds what was composed.
pub const FILE: &str = "composed.json";

impl Composed {
    /// Changes every place.
    pub(crate) fn strip(&mut self, strip: impl Fn(&mut Place)) {
        self.dashboards.iter_mut().for_each(|dashboard| dashboard.strip(&strip));
        self.foreign.iter_mut().for_each(|foreign| strip(&mut foreign.place));
    }
}
