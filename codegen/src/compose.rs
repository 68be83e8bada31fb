//! What a person adds in the build script: data, made by typed builders, each part with the place where it
//! was written.

mod alert;
mod objective;

pub use alert::Alert;
pub use objective::Objective;

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
    /// Objectives.
    pub objectives: Vec<Objective>,
}

/// The file in `OUT_DIR` that holds what was composed.
pub const FILE: &str = "composed.json";

impl Composed {
    /// Changes every place.
    pub(crate) fn strip(&mut self, strip: impl Fn(&mut Place)) {
        self.alerts.iter_mut().for_each(|alert| strip(&mut alert.place));
        self.objectives.iter_mut().for_each(|objective| strip(&mut objective.place));
    }
}

/// Everything that is wrong with what was composed.
#[cfg(feature = "promql")]
pub(crate) fn mistakes(plan: &crate::plan::Plan) -> Vec<crate::Mistake> {
    let mut mistakes = crate::objective::mistakes(plan);
    mistakes.extend(crate::alert::mistakes(plan));
    mistakes.sort();
    mistakes
}

/// What composed queries may ask for: what the program exports, and what the rules record of it.
#[cfg(feature = "promql")]
pub(crate) fn known(plan: &crate::plan::Plan) -> crate::query::check::Known {
    let mut known = crate::query::check::Known::of(crate::family::Schema::of(&plan.catalogue));
    for (name, query, labels) in crate::rules::recorded(plan) {
        known.record(&name, &query, labels.iter().map(String::as_str));
    }
    known
}

/// Where in a build script the caller of a builder stands.
#[track_caller]
fn here() -> Place {
    let place = std::panic::Location::caller();
    Place { file: place.file().replace('\\', "/"), line: place.line(), column: place.column() }
}

/// Places as serde writes them, since `obs-model` does without.
mod place {
    use obs_model::Place;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Mirror {
        file: String,
        line: u32,
        column: u32,
    }

    pub(super) fn serialize<S: Serializer>(place: &Place, to: S) -> Result<S::Ok, S::Error> {
        Mirror { file: place.file.clone(), line: place.line, column: place.column }.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Place, D::Error> {
        let Mirror { file, line, column } = Mirror::deserialize(from)?;
        Ok(Place { file, line, column })
    }
}
