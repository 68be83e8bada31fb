//! What the builder knows of the exporter.

use super::{Builder, InitError};
#[cfg(feature = "logs")]
use crate::Logs;
use crate::Sampling;
use crate::otlp::{Exporter, Otlp, Program, Settings};
use obs_model::duration;
use std::time::Duration;

/// How long a shutdown waits, unless it is told otherwise.
const WITHIN: Duration = Duration::from_secs(5);

/// Where to send what is recorded.
#[derive(Debug, Default)]
pub(super) struct Export {
    otlp: Option<Otlp>,
    /// As it was written.
    within: Option<String>,
}

impl Builder {
    /// Records observed calls as spans, and sends spans and metrics to a collector, from threads of its own: an
    /// observed call never waits for it. With `Logs::otlp` it sends logs too. Memory is bounded whatever the collector does; what does not fit is dropped,
    /// and counted in `obs_spans_total`.
    ///
    /// Of this and [`otlp_from_env`](Builder::otlp_from_env), the later call holds.
    ///
    /// ```
    /// use obs_runtime::{Otlp, Sampling};
    ///
    /// let obs = obs_runtime::builder("shop")
    ///     .otlp(Otlp::http("http://127.0.0.1:4318").timeout("5s"))
    ///     .sampling(Sampling::ratio(0.1).keep_errors())
    ///     .shutdown_timeout("100ms")
    ///     .init()?;
    /// # Ok::<(), obs_runtime::InitError>(())
    /// ```
    pub fn otlp(mut self, otlp: Otlp) -> Builder {
        self.export.otlp = Some(otlp);
        self
    }

    /// The same as OpenTelemetry's environment variables say: see [`Otlp::from_env`] for which. Where none is set,
    /// everything goes to `http://localhost:4318`.
    pub fn otlp_from_env(self) -> Builder {
        self.otlp(Otlp::from_env())
    }

    /// How long [`shutdown`](crate::Obs::shutdown), or dropping the [`Obs`](crate::Obs), waits for what is left to
    /// be sent, as in `"5s"`, which is the default. A mistake in the text is an error of [`init`](Builder::init).
    pub fn shutdown_timeout(mut self, timeout: &str) -> Builder {
        self.export.within = Some(timeout.to_owned());
        self
    }
}

/// The same, understood.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) within: Duration,
    /// `None` where there is nobody to send to.
    settings: Option<Settings>,
    /// What is to be logged once there are logs.
    warnings: Vec<String>,
}

impl Export {
    pub(super) fn ready(mut self) -> Result<Ready, InitError> {
        let warnings = self.otlp.as_mut().map(Otlp::take_warnings).unwrap_or_default();
        let within = self.within.as_deref().map_or(Ok(WITHIN), duration::parse);
        let within = within.map_err(|mistake| format!("shutdown_timeout: {mistake}"));
        let settings = self.otlp.map(Otlp::into_settings).transpose();
        Ok(Ready {
            within: within.map_err(InitError::Configuration)?,
            settings: settings.map_err(InitError::Configuration)?,
            warnings,
        })
    }
}

impl Ready {
    /// What the program says of its logs holds for what is sent, and what the environment says of sending for its
    /// logs.
    #[cfg(feature = "logs")]
    pub(super) fn heed(mut self, logs: Option<Logs>) -> Result<(Ready, Option<Logs>), InitError> {
        const MISTAKE: &str = "logs: expected a collector for `Logs::otlp`, as in `.otlp(Otlp::grpc(…))` or \
                               `.otlp_from_env()`; found none";
        let logs = match (&mut self.settings, logs) {
            (None, Some(logs)) if logs.otlp => return Err(InitError::Configuration(MISTAKE.to_owned())),
            (None, logs) => logs,
            (Some(settings), Some(mut logs)) => {
                settings.redacted.join(&logs.redacted);
                logs.otlp |= settings.wants_logs;
                Some(logs)
            }
            (Some(_), None) => None,
        };
        if let Some(settings) = &mut self.settings {
            // Or those of a layer that the program made by itself.
            settings.wants_logs =
                logs.as_ref().is_some_and(|logs| logs.otlp) || crate::otlp::logs::is_asked();
        }
        Ok((self, logs))
    }

    /// Starts the exporter, if there is anything to send.
    pub(super) fn start(
        self,
        sampling: Option<Sampling>,
        name: &str,
        version: Option<&'static str>,
    ) -> Result<Option<Exporter>, InitError> {
        let started = match self.settings.filter(|settings| !settings.is_empty()) {
            None => None,
            Some(settings) => {
                let sampling = sampling.or_else(|| settings.sampling.clone()).unwrap_or_default();
                let program =
                    Program { name: name.to_owned(), version: version.filter(|version| !version.is_empty()) };
                Some(Exporter::start(&settings, sampling, &program).map_err(InitError::Exporter)?)
            }
        };
        for warning in &self.warnings {
            tracing::warn!(target: "obs", "{warning}");
        }
        Ok(started)
    }
}
