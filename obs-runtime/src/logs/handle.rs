//! What a program holds of its logs.

use super::levels::Set;
use super::sink::Sink;
use std::fmt;

/// Keeps the logs' writer, and changes their levels. From [`layer`](super::layer).
///
/// Dropping it writes what is still waiting, for a second at most.
#[must_use = "what is logged after it is dropped is lost"]
pub struct LogsHandle {
    set: Set,
    warning: Option<String>,
    _sink: Option<Sink>,
}

impl LogsHandle {
    pub(super) fn new(set: Set, warning: Option<String>, sink: Option<Sink>) -> LogsHandle {
        LogsHandle { set, warning, _sink: sink }
    }

    /// What is wrong with the levels in the environment, if anything is. They do not count then.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Logs these levels from now on: one for everything, or one by target, as in `"info,hyper=warn"`. It is the
    /// syntax of `RUST_LOG`.
    ///
    /// Every event and span in the program's code is asked about again, so it is for people to call, and not for
    /// requests.
    ///
    /// # Errors
    ///
    /// That is no list of levels, or the layer's subscriber is gone. The levels stay what they were.
    pub fn set_level(&self, levels: &str) -> Result<(), LevelError> {
        (self.set)(levels)
    }
}

impl fmt::Debug for LogsHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogsHandle").finish_non_exhaustive()
    }
}

/// Levels that were not set, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelError(pub(super) String);

impl LevelError {
    /// The program's logs are not of this crate's making.
    pub(crate) fn not_ours() -> LevelError {
        LevelError(
            "the logs are not obs's: neither `Builder::logs` nor a free place for its subscriber".into(),
        )
    }
}

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LevelError {}
