//! What the builder knows of the exporter.

use super::{Builder, InitError};
use crate::Sampling;
use crate::otlp::{Exporter, Otlp, Program, Settings};
#[cfg(feature = "logs")]
use crate::secret::Redacted;
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
    /// observed call never waits for it. Memory is bounded whatever the collector does; what does not fit is dropped,
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
    /// `None` where there is nothing to send.
    settings: Option<Settings>,
}

impl Export {
    pub(super) fn ready(self) -> Result<Ready, InitError> {
        let within = self.within.as_deref().map_or(Ok(WITHIN), duration::parse);
        let within = within.map_err(|mistake| format!("shutdown_timeout: {mistake}"));
        let settings = self.otlp.map(Otlp::into_settings).transpose();
        Ok(Ready {
            within: within.map_err(InitError::Configuration)?,
            settings: settings.map_err(InitError::Configuration)?.filter(|settings| !settings.is_empty()),
        })
    }
}

impl Ready {
    /// What is not logged is not sent either.
    #[cfg(feature = "logs")]
    pub(super) fn redact(&mut self, redacted: &Redacted) {
        if let Some(settings) = &mut self.settings {
            settings.redacted.join(redacted);
        }
    }

    /// Starts the exporter, if there is anything to send.
    pub(super) fn start(
        self,
        sampling: Option<Sampling>,
        name: &str,
        version: Option<&'static str>,
    ) -> Result<Option<Exporter>, InitError> {
        let Some(settings) = self.settings else { return Ok(None) };
        let sampling = sampling.or_else(|| settings.sampling.clone()).unwrap_or_default();
        let program =
            Program { name: name.to_owned(), version: version.filter(|version| !version.is_empty()) };
        Exporter::start(&settings, sampling, &program).map(Some).map_err(InitError::Exporter)
    }
}
