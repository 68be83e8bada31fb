//! Places as JSON, for `#[serde(with = "place")]`; `obs-model` has no dependency that could.

use obs_model::Place;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Deserialize, Serialize)]
struct Mirror {
    file: String,
    line: u32,
    column: u32,
}

pub(super) fn serialize<S: Serializer>(place: &Place, serializer: S) -> Result<S::Ok, S::Error> {
    let Place { file, line, column } = place.clone();
    Mirror { file, line, column }.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Place, D::Error> {
    let Mirror { file, line, column } = Mirror::deserialize(deserializer)?;
    Ok(Place { file, line, column })
}

/// Where the builder's method was called.
#[track_caller]
pub(super) fn caller() -> Place {
    let location = std::panic::Location::caller();
    Place { file: location.file().replace('\\', "/"), line: location.line(), column: location.column() }
}
