//! Starting the runtime: who the program is, where it listens, what is checked.

mod error;
#[cfg(feature = "otlp")]
mod export;
#[cfg(feature = "logs")]
mod logs;
mod obs;
mod report;

pub use error::InitError;
pub use obs::Obs;
pub use report::{LogsReport, ShutdownReport};

use crate::Sampling;
use crate::health::{Check, Health};
#[cfg(feature = "server")]
use crate::server::Server;
use crate::snapshot::{Family, FamilyKind, Labels};
#[cfg(feature = "server")]
use std::fmt;
#[cfg(feature = "server")]
use std::io;
#[cfg(feature = "server")]
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

/// The program, between `init` and the end of its [`Obs`].
static INSTALLED: RwLock<Option<Arc<Service>>> = RwLock::new(None);

/// What `init` was told, for those who make pages.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) version: Option<&'static str>,
    commit: Option<&'static str>,
    branch: Option<&'static str>,
    pub(crate) health: Health,
    pub(crate) since: Instant,
    #[cfg(feature = "prometheus")]
    pub(crate) registries: Vec<prometheus::Registry>,
    #[cfg(feature = "otlp")]
    pub(crate) exporter: Option<crate::otlp::Exporter>,
}

pub(crate) fn installed() -> Option<Arc<Service>> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Service {
    /// `build_info`, with the labels that are known.
    pub(crate) fn build_info(&self) -> Family {
        let labels = [("version", self.version), ("commit", self.commit), ("branch", self.branch)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.to_owned())))
            .chain([("service", self.name.clone())]);
        Family::new("build_info", "What this program was built from; always 1.", FamilyKind::Gauge)
            .with_labels(Labels::new(labels), 1)
    }
}

/// Begins to describe the program of that name, by what it is called in `build_info` and on `/health`.
///
/// The [macro of the same name](crate::builder!) also says which version the program is.
pub fn builder(service: impl Into<String>) -> Builder {
    Builder {
        service: service.into(),
        version: None,
        commit: None,
        branch: None,
        checks: Vec::new(),
        sampling: None,
        #[cfg(feature = "otlp")]
        export: export::Export::default(),
        #[cfg(feature = "logs")]
        logs: None,
        #[cfg(feature = "server")]
        listen: None,
        #[cfg(feature = "prometheus")]
        registries: Vec::new(),
    }
}

/// [`builder()`](fn@builder), told what the compiler knows about the crate that this stands in: its version,
/// and the commit and branch when one of the environment variables in which CI systems keep them is set
/// (`GIT_COMMIT`, `GITHUB_SHA`, `CI_COMMIT_SHA`; `GIT_BRANCH`, `GITHUB_REF_NAME`, `CI_COMMIT_REF_NAME`).
///
/// ```
/// let obs = obs_runtime::builder!("schema-registry").init()?;
/// # Ok::<(), obs_runtime::InitError>(())
/// ```
#[macro_export]
macro_rules! builder {
    ($service:expr $(,)?) => {
        $crate::builder($service)
            .version(::core::env!("CARGO_PKG_VERSION"))
            .commit(
                ::core::option_env!("GIT_COMMIT")
                    .or(::core::option_env!("GITHUB_SHA"))
                    .or(::core::option_env!("CI_COMMIT_SHA")),
            )
            .branch(
                ::core::option_env!("GIT_BRANCH")
                    .or(::core::option_env!("GITHUB_REF_NAME"))
                    .or(::core::option_env!("CI_COMMIT_REF_NAME")),
            )
    };
}

/// A program that is about to start. From [`builder()`](fn@builder) or [`builder!`](crate::builder!).
#[derive(Debug)]
#[must_use = "nothing starts before `init`"]
pub struct Builder {
    service: String,
    version: Option<&'static str>,
    commit: Option<&'static str>,
    branch: Option<&'static str>,
    checks: Vec<Check>,
    sampling: Option<Sampling>,
    #[cfg(feature = "otlp")]
    export: export::Export,
    #[cfg(feature = "logs")]
    logs: Option<crate::Logs>,
    #[cfg(feature = "server")]
    listen: Option<Listen>,
    #[cfg(feature = "prometheus")]
    registries: Vec<prometheus::Registry>,
}

/// Where to listen, as it was written and as it was understood.
#[cfg(feature = "server")]
#[derive(Debug)]
struct Listen {
    written: String,
    addresses: io::Result<Vec<SocketAddr>>,
}

impl Builder {
    /// The program's version, as in `env!("CARGO_PKG_VERSION")`.
    pub fn version(mut self, version: impl Into<Option<&'static str>>) -> Builder {
        self.version = version.into();
        self
    }

    /// The commit that it was built from, as in `option_env!("GIT_COMMIT")`.
    pub fn commit(mut self, commit: impl Into<Option<&'static str>>) -> Builder {
        self.commit = commit.into();
        self
    }

    /// The branch that it was built from.
    pub fn branch(mut self, branch: impl Into<Option<&'static str>>) -> Builder {
        self.branch = branch.into();
        self
    }

    /// Adds a health check.
    pub fn health(mut self, check: Check) -> Builder {
        self.checks.push(check);
        self
    }

    /// Which traces are kept. It holds whatever `OTEL_TRACES_SAMPLER` says; without it, and without that, all are.
    ///
    /// Calls are recorded where there is somewhere to send them: with `Builder::otlp`, of feature `otlp`.
    ///
    /// ```
    /// use obs_runtime::Sampling;
    ///
    /// let sampling = Sampling::ratio(0.1).keep_errors().keep_slower_than("1s");
    /// let obs = obs_runtime::builder("shop").sampling(sampling).init()?;
    /// # Ok::<(), obs_runtime::InitError>(())
    /// ```
    pub fn sampling(mut self, sampling: Sampling) -> Builder {
        self.sampling = Some(sampling);
        self
    }

    /// Serves `/metrics`, `/catalogue`, `/health`, `/health/live` and `/health/ready` there, on threads of its own: they
    /// answer also while an async runtime is stuck. Port 0 takes a free one, which [`Obs::local_addr`]
    /// tells.
    ///
    /// The pages say much about a program and ask for no password: listen on loopback, or on an address
    /// that only the scraper reaches.
    #[cfg(feature = "server")]
    pub fn listen(mut self, address: impl ToSocketAddrs + fmt::Debug) -> Builder {
        let addresses = address.to_socket_addrs().map(Iterator::collect);
        self.listen = Some(Listen { written: format!("{address:?}"), addresses });
        self
    }

    /// Puts the families of a registry of the `prometheus` crate on our page too. A family whose name is
    /// taken is left out, counted in `obs_prometheus_conflicts` and logged once.
    #[cfg(feature = "prometheus")]
    pub fn prometheus_registry(mut self, registry: prometheus::Registry) -> Builder {
        self.registries.push(registry);
        self
    }

    /// Starts. The program is known and served until the returned [`Obs`] is dropped, so keep it:
    /// `let _ = …init()?` would drop it at once.
    ///
    /// Families that contradict each other ([`conflicts`](crate::conflicts)) are logged as warnings.
    ///
    /// With `OBS_PRINT_CATALOGUE=1` in the environment, nothing is started: the
    /// [catalogue](fn@crate::catalogue) is printed as JSON and the process exits with 0. That is how
    /// `cargo obs --binary PATH` asks a built program what is linked into it. Any other value is no question.
    ///
    /// # Errors
    ///
    /// Another [`Obs`] is alive; the address cannot be listened on; a health check, the sampling or the exporter
    /// is not well described. Nothing is started then.
    pub fn init(self) -> Result<Obs, InitError> {
        crate::asked::answer();
        if let Some(mistake) = self.sampling.as_ref().and_then(|sampling| sampling.mistake.as_ref()) {
            return Err(InitError::Configuration(mistake.clone()));
        }
        let mut health = Health::new(self.checks).map_err(InitError::Check)?;
        #[cfg(feature = "otlp")]
        let export = self.export.ready()?;
        #[cfg(all(feature = "logs", feature = "otlp"))]
        let (export, logs) = export.heed(self.logs)?;
        #[cfg(all(feature = "logs", not(feature = "otlp")))]
        let logs = self.logs;
        // Before anything starts, and held until all has: there is one program at a time.
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        if installed.is_some() {
            return Err(InitError::AlreadyInitialised);
        }
        #[cfg(feature = "server")]
        let server = self.listen.map(Listen::bind).transpose()?;
        // Before all that may have something to say.
        #[cfg(feature = "logs")]
        let (ids, logs) = (logs.as_ref().is_some_and(|logs| logs.calls), logs::start(logs)?);
        crate::objective::begin();
        #[cfg(feature = "otlp")]
        let (within, exporter) = (export.within, export.start(self.sampling, &self.service, self.version)?);
        health.begin();
        let service = Arc::new(Service {
            name: self.service,
            version: self.version.filter(|text| !text.is_empty()),
            commit: self.commit.filter(|text| !text.is_empty()),
            branch: self.branch.filter(|text| !text.is_empty()),
            health,
            since: Instant::now(),
            #[cfg(feature = "prometheus")]
            registries: self.registries,
            #[cfg(feature = "otlp")]
            exporter,
        });
        *installed = Some(Arc::clone(&service));
        drop(installed);
        // Now that everybody hears it.
        #[cfg(feature = "logs")]
        if let Some(warning) = logs.as_ref().and_then(crate::logs::LogsHandle::warning) {
            tracing::warn!(target: "obs", "{warning}");
        }
        for conflict in crate::conflicts() {
            tracing::warn!(target: "obs", "{conflict}");
        }
        Ok(Obs {
            service,
            stopped: false,
            #[cfg(feature = "logs")]
            ids: ids && logs.is_some() && crate::trace::install_for_ids(),
            #[cfg(feature = "logs")]
            logs,
            #[cfg(feature = "otlp")]
            within,
            #[cfg(feature = "server")]
            server,
        })
    }
}

#[cfg(feature = "server")]
impl Listen {
    fn bind(self) -> Result<Server, InitError> {
        let Listen { written, addresses } = self;
        let bound = addresses.and_then(|addresses| Server::bind(&addresses));
        bound.map_err(|error| InitError::Listen { address: written, error })
    }
}
