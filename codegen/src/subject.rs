//! Whose artefacts these are, and where in the world the things are that they link to.

use crate::devices::Devices;
use crate::package::Package;
use crate::settings::Settings;
use crate::source::Cfg;
use obs_model::Place;
use obs_model::promise::slug;

/// A package, the service it is or is part of, and the addresses that links begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The service's name, as given to the runtime.
    pub service: String,
    /// The package's name; files are named after it.
    pub package: String,
    /// The crates it builds, which start its module paths.
    pub crates: Vec<String>,
    /// The team that alerts are routed to; the service where no team is named.
    pub team: String,
    /// The repository's web address, without a slash at its end.
    pub repository: Option<String>,
    /// Grafana's web address, without a slash at its end. Links without it start at the root of the
    /// server they are shown by.
    pub grafana: Option<String>,
    /// The web address of the directory of runbooks, without a slash at its end.
    pub runbooks: Option<String>,
    /// What it exports of the devices that its kernels run on.
    pub devices: Devices,
}

/// A dashboard that is made for every service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Board {
    /// The service on one page.
    Overview,
    /// Rate, errors and duration of each function.
    Red,
    /// Errors by category and severity.
    Errors,
    /// Objectives and error budgets.
    Objectives,
    /// Utilisation, saturation and errors of the process, the runtime and its pools.
    Use,
    /// The metrics that `#[metric]` declares.
    Metrics,
    /// Kernels, and the devices that they run on.
    Gpu,
    /// The requests that layers count, where there are such.
    Requests,
}

impl Board {
    /// The word for it in file names and identifiers.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Board::Overview => "overview",
            Board::Red => "red",
            Board::Errors => "errors",
            Board::Objectives => "objectives",
            Board::Use => "use",
            Board::Metrics => "metrics",
            Board::Gpu => "gpu",
            Board::Requests => "requests",
        }
    }
}

/// A page of Markdown about something that can go wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Runbook {
    /// About an alert, by its name.
    Alert(String),
    /// About an objective, by its name.
    Objective(String),
    /// About a category of errors.
    Category(String),
    /// What an attribute names: a page that is shared by everything that names it.
    Named(String),
    /// A page elsewhere.
    Address(String),
}

impl Runbook {
    /// What `runbook = "…"` says: a name, or an address.
    pub(crate) fn of(text: &str) -> Runbook {
        match text.contains("://") {
            true => Runbook::Address(text.to_owned()),
            false => Runbook::Named(text.to_owned()),
        }
    }

    /// The file below the artefacts' directory; `None` for a page elsewhere.
    pub(crate) fn path(&self) -> Option<String> {
        let (directory, name) = match self {
            Runbook::Alert(name) => ("alerts/", name),
            Runbook::Objective(name) => ("objectives/", name),
            Runbook::Category(name) => ("errors/", name),
            Runbook::Named(name) => ("", name),
            Runbook::Address(_) => return None,
        };
        Some(format!("runbooks/{directory}{}.md", slug(name)))
    }
}

impl Subject {
    /// A package as a service, which is named like it unless told otherwise.
    pub fn new(package: &Package, cfg: &Cfg, settings: &Settings) -> Subject {
        let mut crates: Vec<String> = package.crates.iter().map(|krate| krate.name.clone()).collect();
        crates.sort();
        crates.dedup();
        let service = settings.service.clone().unwrap_or_else(|| package.name.clone());
        let address = |text: &Option<String>| text.as_ref().map(|text| text.trim_end_matches('/').to_owned());
        let repository = address(&settings.repository).or_else(|| address(&package.repository));
        let mirror = package.committed(settings);
        // Where the committed runbooks are shown, as the usual forges show files.
        let beside =
            repository.as_ref().map(|repository| format!("{repository}/blob/HEAD/{mirror}/runbooks"));
        Subject {
            devices: Devices::of(package, cfg, settings),
            team: settings.team.clone().unwrap_or_else(|| service.clone()),
            service,
            package: package.name.clone(),
            crates,
            runbooks: address(&settings.runbooks).or(beside),
            grafana: address(&settings.grafana),
            repository,
        }
    }

    /// The service, and the package where that is another word.
    pub(crate) fn title(&self) -> String {
        match self.service == self.package {
            true => self.service.clone(),
            false => format!("{} ({})", self.service, self.package),
        }
    }

    /// An identifier for a dashboard of this subject, the same in every build.
    pub(crate) fn uid(&self, dashboard: &str) -> String {
        let name = format!("{}\0{}\0{dashboard}", self.service, self.package);
        format!("obs-{:016x}", fnv(name.as_bytes()))
    }

    /// The address of a dashboard with some of its variables set. Their values may be templates.
    pub(crate) fn dashboard(&self, board: Board, variables: &[(&str, &str)]) -> String {
        self.dashboard_of(board.as_str(), variables)
    }

    /// The same of any dashboard, by the word for it in file names.
    pub(crate) fn dashboard_of(&self, word: &str, variables: &[(&str, &str)]) -> String {
        let grafana = self.grafana.as_deref().unwrap_or_default();
        let variables: Vec<String> =
            variables.iter().map(|(name, value)| format!("var-{name}={value}")).collect();
        let query = if variables.is_empty() { String::new() } else { format!("?{}", variables.join("&")) };
        format!("{grafana}/d/{}{query}", self.uid(word))
    }

    /// The address of a runbook: below `runbooks`, or else the path of its file.
    pub(crate) fn runbook(&self, runbook: &Runbook) -> String {
        match (runbook, runbook.path()) {
            (Runbook::Address(address), _) => address.clone(),
            (_, path) => {
                let path = path.unwrap_or_default();
                match &self.runbooks {
                    Some(base) => format!("{base}/{}", path.trim_start_matches("runbooks/")),
                    None => path,
                }
            }
        }
    }

    /// The address of a place in the source; `None` if nobody knows where the repository is shown.
    pub(crate) fn source(&self, place: &Place) -> Option<String> {
        let repository = self.repository.as_ref()?;
        let line = if place.line == 0 { String::new() } else { format!("#L{}", place.line) };
        Some(format!("{repository}/blob/HEAD/{}{line}", place.file))
    }
}

/// FNV-1a. The standard library's hashes differ between its versions.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn hashes_are_the_published_ones() {
        assert_eq!(fnv(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn links_begin_where_they_were_told_to() {
        let subject = example::subject();
        let place = |line| Place { file: "src/lib.rs".into(), line, column: 1 };
        assert_eq!(
            subject.source(&place(7)).unwrap(),
            "https://example.org/registry/blob/HEAD/src/lib.rs#L7"
        );
        assert_eq!(subject.source(&place(0)).unwrap(), "https://example.org/registry/blob/HEAD/src/lib.rs");
        let runbook = |text| subject.runbook(&Runbook::of(text));
        assert_eq!(runbook("database-down"), "https://example.org/runbooks/database-down.md");
        assert_eq!(runbook("https://wiki/x"), "https://wiki/x");
        let alert = Runbook::Alert("TargetDown".into());
        assert_eq!(subject.runbook(&alert), "https://example.org/runbooks/alerts/TargetDown.md");
        assert_eq!(Subject::default().runbook(&alert), "runbooks/alerts/TargetDown.md");
        let dashboard = subject.dashboard(Board::Red, &[("function", "{{ $labels.function }}")]);
        assert!(dashboard.starts_with("https://grafana.example.org/d/obs-"), "{dashboard}");
        assert!(dashboard.ends_with("?var-function={{ $labels.function }}"), "{dashboard}");
    }
}
