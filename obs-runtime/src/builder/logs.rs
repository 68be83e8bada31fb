//! The program's logs.

use super::{Builder, InitError, Obs};
use crate::logs::{self, LevelError, Logs, LogsHandle};

impl Builder {
    /// Logs what happens, in lines that have the ids of the call they were written in: see [`logs`](crate::logs). With
    /// feature `otlp`, `Logs::otlp` sends them to a collector too.
    ///
    /// [`init`](Builder::init) makes this the process's subscriber, together with the [layer](crate::layer) through
    /// which spans and events of libraries from INFO on join the traces. Where there is a subscriber already, that one
    /// stays: `init` warns, and changes nothing. A process's subscriber cannot be exchanged, so a second `init`, after
    /// the first [`Obs`] has ended, finds one too.
    ///
    /// Observed calls are recorded, and have ids, where there is somewhere to send them; so logs have those of calls
    /// with `Builder::otlp` or [`Logs::call_ids`], and those of an attached [`TraceContext`](crate::TraceContext) always.
    ///
    /// ```
    /// use obs_runtime::Logs;
    ///
    /// let obs = obs_runtime::builder("shop").logs(Logs::json().level("info,hyper=warn")).init()?;
    /// tracing::info!(order = 7, "accepted");
    /// obs.set_log_level("debug")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn logs(mut self, logs: Logs) -> Builder {
        self.logs = Some(logs);
        self
    }
}

impl Obs {
    /// Logs these levels from now on, as in `"info,hyper=warn"`: see [`LogsHandle::set_level`].
    ///
    /// # Errors
    ///
    /// That is no list of levels, or there are no logs of ours: `Builder::logs` was not asked for, or did not take
    /// the place of a subscriber that was there.
    pub fn set_log_level(&self, levels: &str) -> Result<(), LevelError> {
        self.logs.as_ref().ok_or_else(LevelError::not_ours)?.set_level(levels)
    }
}

/// Installs them, if there is to be any and there is none.
pub(super) fn start(logs: Option<Logs>) -> Result<Option<LogsHandle>, InitError> {
    let Some(logs) = logs else { return Ok(None) };
    let installed =
        logs::install(logs).map_err(|error| InitError::Configuration(format!("logs: {error}")))?;
    if installed.is_none() {
        tracing::warn!(
            target: "obs",
            "the process has a subscriber already, and obs does not log; add `obs_runtime::logs::layer` to it"
        );
    }
    Ok(installed)
}
