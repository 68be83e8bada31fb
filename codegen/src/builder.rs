//! What a build script calls.

mod mirror;
mod told;

use crate::artefacts::Artefacts;
use crate::compose::{self, Composed};
use crate::conflict::conflicts;
use crate::drift;
use crate::mistake::{Errors, Mistake};
use crate::objective;
use crate::package::Package;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::source::{self, Cfg, Source};
use crate::subject::Subject;
use obs_model::Catalogue;
use std::path::{Path, PathBuf};
use told::{directives, watched};

/// Reads the package that is being built and writes what can be made of it.
///
/// ```no_run
/// // build.rs
/// obs_codegen::Builder::from_crate()
///     .service("schema-registry")
///     .mirror_to("observability")
///     .emit();
/// ```
///
/// In `OUT_DIR` it writes `catalogue.json`, `dashboards/<package>-<board>.json`, `rules/<package>.yml` with its
/// tests, a page of `runbooks/` for whatever can go wrong, `METRICS.md`, the `stack/` around the service, and
/// what [`assert_no_drift!`](crate::assert_no_drift) compares with. Nothing else is written unless
/// [`mirror_to`](Builder::mirror_to) asks for it.
///
/// The build script runs again when a source file that was read changes, when `Cargo.toml` does, when a
/// file appears in `src/bin`, and, as cargo sees to itself, when features, target or `RUSTFLAGS` change. A
/// package's *first* `src/main.rs` or `src/bin` is noticed with the next change to one of those: to watch
/// for it, cargo would have to rebuild the package for every edit to a file of tests.
#[derive(Clone, Debug)]
pub struct Builder {
    directory: Option<PathBuf>,
    out: Option<PathBuf>,
    cfg: Cfg,
    settings: Settings,
    composed: Composed,
}

/// What was read and written.
#[derive(Clone, Debug)]
pub struct Report {
    /// What the package measures.
    pub catalogue: Catalogue,
    /// The files that were written: those that were not there yet with the same content.
    pub written: Vec<PathBuf>,
    /// What makes another run necessary when it changes.
    pub rerun_if_changed: Vec<PathBuf>,
    /// What could not be read. A compiler refuses it too, and says more about it, so this is no reason
    /// to keep the compiler from running.
    pub warnings: Vec<Mistake>,
}

impl Builder {
    fn empty() -> Builder {
        Builder {
            directory: None,
            out: None,
            cfg: Cfg::default(),
            settings: Settings::default(),
            composed: Composed::default(),
        }
    }

    /// For the package whose build script this is, with the configuration it is being built with.
    pub fn from_crate() -> Builder {
        Builder { cfg: Cfg::from_build_script(), ..Builder::empty() }
    }

    /// For the package in `directory`, written to `out`, with a configuration of one's own: for tests and
    /// for build systems that are not cargo.
    pub fn for_package(directory: impl Into<PathBuf>, out: impl Into<PathBuf>, cfg: Cfg) -> Builder {
        Builder { directory: Some(directory.into()), out: Some(out.into()), cfg, ..Builder::empty() }
    }

    /// Names the service, as the runtime is told. Without it, it is named like the package.
    ///
    /// `cargo obs` reads the name from here if it is written as a string.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>) -> Builder {
        self.settings.service = Some(name.into());
        self
    }

    /// Also writes a copy into a directory of the package, to be committed, reviewed and deployed.
    ///
    /// Only files whose content changed are written. The catalogue there names files without lines, so
    /// that it changes when a metric does and not with every edit. Nothing is written beside the sources of a
    /// package that was downloaded or vendored, or that `cargo package` is verifying. A directory that another
    /// package writes is an error.
    ///
    /// `cargo obs` reads the directory from here if it is written as a string.
    #[must_use]
    pub fn mirror_to(mut self, directory: impl Into<PathBuf>) -> Builder {
        self.settings.mirror = Some(directory.into().display().to_string());
        self
    }

    /// Names the team that alerts are routed to, by their label `team`. Without it, the service's name.
    #[must_use]
    pub fn team(mut self, name: impl Into<String>) -> Builder {
        self.settings.team = Some(name.into());
        self
    }

    /// The web address of the repository, for links to the source: what `package.repository` says in
    /// `Cargo.toml` unless it is given here.
    #[must_use]
    pub fn repository(mut self, address: impl Into<String>) -> Builder {
        self.settings.repository = Some(address.into());
        self
    }

    /// The web address of Grafana, for links from alerts and runbooks to dashboards.
    #[must_use]
    pub fn grafana(mut self, address: impl Into<String>) -> Builder {
        self.settings.grafana = Some(address.into());
        self
    }

    /// The web address of the directory of runbooks: where the repository shows the committed ones, unless
    /// it is given here.
    #[must_use]
    pub fn runbooks(mut self, address: impl Into<String>) -> Builder {
        self.settings.runbooks = Some(address.into());
        self
    }

    /// Whether the program exports what the driver measures of its GPUs under OpenTelemetry's names, `hw_gpu_*`
    /// and the other `hw_*`: dashboards have rows for them, alerts look at them, and queries may ask for them.
    ///
    /// Without it, that is so where `Cargo.toml` turns the feature `nvml` of `obs-gpu` on, by the dependency itself
    /// or by a feature of the package that is on. Say `true` where another crate of the program turns it on, and
    /// `false` where it is on under other names, as those of NVIDIA's DCGM exporter, which has dashboards of its own.
    ///
    /// `cargo obs` reads it from here if it is written as `true` or `false`.
    #[must_use]
    pub fn device_metrics(mut self, exported: bool) -> Builder {
        self.settings.device_metrics = Some(exported);
        self
    }

    /// Adds a dashboard of one's own. Whatever is wrong with it is an error of the build, at its line of the
    /// build script.
    #[cfg(feature = "promql")]
    #[must_use]
    pub fn dashboard(mut self, dashboard: crate::Dashboard) -> Builder {
        self.composed.dashboards.push(dashboard);
        self
    }

    /// Declares metrics of other programs, which queries of one's own may then ask for.
    ///
    /// ```no_run
    /// use obs_codegen::{Builder, Foreign};
    /// Builder::from_crate().foreign(Foreign::prefix("node_")).foreign(Foreign::metric("up")).emit();
    /// ```
    #[cfg(feature = "promql")]
    #[must_use]
    pub fn foreign(mut self, foreign: crate::Foreign) -> Builder {
        self.composed.foreign.push(foreign);
        self
    }

    /// Names requests that layers of `obs_runtime::tower` count in this program. They have a dashboard and alerts, and
    /// queries may ask for them.
    ///
    /// ```no_run
    /// use obs_codegen::{Builder, Requests};
    /// Builder::from_crate().requests(Requests::http_server()).requests(Requests::grpc_client()).emit();
    /// ```
    #[must_use]
    pub fn requests(mut self, requests: compose::Requests) -> Builder {
        self.composed.requests.push(requests);
        self
    }

    /// Adds a `cfg` that this build script sets itself with `cargo::rustc-cfg`, spelled the same way:
    /// `name` or `name="value"`. Those that cargo or `RUSTFLAGS` set are known.
    #[must_use]
    pub fn cfg(mut self, option: &str) -> Builder {
        self.cfg.add(option);
        self
    }

    /// Adds an alert of one's own.
    #[cfg(feature = "promql")]
    #[must_use]
    pub fn alert(mut self, alert: compose::Alert) -> Builder {
        self.composed.alerts.push(alert);
        self
    }

    /// Adds a recording rule of one's own.
    #[cfg(feature = "promql")]
    #[must_use]
    pub fn record(mut self, record: compose::Record) -> Builder {
        self.composed.records.push(record);
        self
    }

    /// Adds an objective that no attribute can state.
    #[cfg(feature = "promql")]
    #[must_use]
    pub fn objective(mut self, objective: compose::Objective) -> Builder {
        self.composed.objectives.push(objective);
        self
    }

    /// Reads and writes, and tells cargo what came of it: each mistake as an error of the build in the
    /// form `file:line:column: message`, what could not be read as a warning.
    ///
    /// Does not panic, and does not exit: cargo fails the build for the errors that were told.
    pub fn emit(self) {
        print!("{}", directives(&self.try_emit()));
    }

    /// Reads and writes, and tells nobody.
    ///
    /// # Errors
    ///
    /// Every mistake in the package's attributes; or why its manifest cannot be read or `OUT_DIR` not be
    /// written; or that the mirror is another package's. Nothing is written then, to be committed.
    pub fn try_emit(self) -> Result<Report, Errors> {
        let directory = given("CARGO_MANIFEST_DIR", self.directory)?;
        let out = given("OUT_DIR", self.out)?;
        let whole = |file: &Path, message: String| {
            Errors(vec![Mistake::in_file(file.display().to_string(), message)])
        };
        let package = Package::at(&directory).map_err(|error| whole(&directory.join("Cargo.toml"), error))?;
        let subject = Subject::new(&package, &self.cfg, &self.settings);

        let crates = source::read_crates(&package, &self.cfg);
        let drift = drift::to_embed(&crates);
        let source = Source::merge(crates.into_iter().map(|(_, source)| source));
        let mut catalogue = checked(&source)?;
        match compose::requests::mistakes(&self.composed.requests) {
            mistakes if mistakes.is_empty() => catalogue.requests = self.composed.requests(),
            mistakes => return Err(Errors(mistakes)),
        }

        let plan = Plan { catalogue, subject, composed: self.composed };
        #[cfg(feature = "promql")]
        match compose::mistakes(&plan) {
            mistakes if mistakes.is_empty() => {}
            mistakes => return Err(Errors(mistakes)),
        }
        let composed = serde_json::to_string_pretty(&plan.composed).unwrap_or_default() + "\n";
        let artefacts = Artefacts::of(&plan).and(drift::FILE, drift).and(compose::FILE, composed);
        let mut written = artefacts.write(&out).map_err(|error| whole(&out, error.to_string()))?;
        let mut warnings = source.unread.clone();
        if let Some(mirror) = &self.settings.mirror {
            match mirror::write(&plan, &directory, mirror)? {
                Ok(mirrored) => written.extend(mirrored),
                Err(warning) => warnings.push(warning),
            }
        }
        Ok(Report {
            catalogue: plan.catalogue,
            written,
            rerun_if_changed: watched(&package, &source),
            warnings,
        })
    }
}

/// The catalogue of a source without mistakes.
///
/// # Errors
///
/// Every mistake there is.
pub fn checked(source: &Source) -> Result<Catalogue, Errors> {
    let mut mistakes = source.mistakes.clone();
    mistakes.extend(conflicts(&source.catalogue));
    mistakes.extend(objective::conflicts(&source.catalogue));
    mistakes.sort();
    if mistakes.is_empty() { Ok(source.catalogue.clone()) } else { Err(Errors(mistakes)) }
}

/// A path that was given, or else the one that cargo gives to build scripts.
fn given(variable: &str, path: Option<PathBuf>) -> Result<PathBuf, Errors> {
    path.or_else(|| std::env::var_os(variable).map(PathBuf::from)).ok_or_else(|| {
        Errors(vec![Mistake::in_file(
            "build.rs",
            format!("{variable} is not set: this is not a build script"),
        )])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_a_build_script_there_is_nowhere_to_write() {
        let mut builder = Builder::for_package("/nowhere", "/nowhere", Cfg::default());
        let Err(Errors(errors)) = builder.clone().try_emit() else { panic!("there is no such package") };
        assert!(errors[0].place.file.ends_with("Cargo.toml"), "{errors:?}");
        builder.out = None;
        let Err(Errors(errors)) = builder.try_emit() else { panic!("OUT_DIR is not set in a test") };
        assert_eq!(errors[0].to_string(), "build.rs: OUT_DIR is not set: this is not a build script");
    }
}
