//! What a person adds in the build script: data, made by typed builders, each part with the place where it
//! was written.

use obs_model::Place;
use serde::{Deserialize, Serialize};

/// Everything that was composed in a build script.
///
/// [`Builder::emit`](crate::Builder::emit) leaves it in `OUT_DIR` as [`FILE`], where the command finds it:
/// it cannot be read from the text of a build script.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Composed {}

/// The file in `OUT_DIR` that holds what was composed.
pub const FILE: &str = "composed.json";

impl Composed {
    /// Changes every place.
    pub(crate) fn strip(&mut self, _strip: impl Fn(&mut Place)) {}
}
