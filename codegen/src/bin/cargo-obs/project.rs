//! The packages that a command is about, read.

use crate::answer::Finding;
use crate::args::Common;
use crate::composed;
use crate::linked::{self, Linked};
use obs_codegen::artefacts::{Artefacts, CATALOGUE};
use obs_codegen::compose::Composed;
use obs_codegen::package::{MIRROR, Package, Workspace};
use obs_codegen::plan::Plan;
use obs_codegen::settings::Settings;
use obs_codegen::source::{self, Cfg};
use obs_codegen::subject::Subject;
use obs_codegen::uses::{self, Use};
use obs_codegen::{Errors, Mistake, catalogue, change};
use obs_model::Catalogue;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package, what it measures, and where its artefacts are.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) plan: Plan,
    /// What is wrong with its attributes. The catalogue has what is right.
    pub(crate) mistakes: Vec<Mistake>,
    /// The directory of the committed artefacts.
    pub(crate) directory: PathBuf,
    /// The directory of the package.
    pub(crate) root: PathBuf,
    /// The program that was asked what is linked into it, if one was.
    pub(crate) linked: Option<Linked>,
}

/// Reads the packages that the arguments name, or else those that cargo would build here.
///
/// # Errors
///
/// What cannot be read, and where.
pub(crate) fn select(common: &Common) -> Result<Vec<Project>, String> {
    let linked = linked::ask(common)?;
    let Workspace { packages, default } = match (Package::all(common.manifest_path.as_deref()), &linked) {
        (Ok(workspace), _) => workspace,
        // A program says what it measures wherever its source is.
        (Err(_), Some(linked)) if common.package.is_empty() && common.manifest_path.is_none() => {
            return Ok(vec![alone(linked, common)]);
        }
        (Err(error), _) => return Err(error),
    };
    let known: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    if let Some(unknown) = common.package.iter().find(|name| !known.contains(&name.as_str())) {
        let hint = obs_model::suggest::nearest(unknown, known.iter().copied());
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean {name}?"));
        return Err(format!("no package {unknown} in this workspace{hint}"));
    }
    let named = |package: &Package| match common.package.as_slice() {
        [] => default.contains(&package.root),
        names => names.contains(&package.name),
    };
    let packages: Vec<&Package> = packages.iter().filter(|package| named(package)).collect();
    known_features(&packages, common)?;
    let mut projects = Vec::new();
    for package in packages {
        let project = read(package, common)?;
        // In a workspace, most packages measure nothing.
        let empty = project.plan.catalogue == Catalogue::default() && project.mistakes.is_empty();
        if !empty || !common.package.is_empty() || project.directory.is_dir() {
            projects.push(project);
        }
    }
    if projects.is_empty() {
        return match &linked {
            Some(linked) => Ok(vec![alone(linked, common)]),
            None => Err("no package here measures anything".to_owned()),
        };
    }
    if projects.len() > 1 && (common.out.is_some() || common.service.is_some() || linked.is_some()) {
        return Err(
            "--out, --service, --url and --binary are about one package: choose it with -p".to_owned()
        );
    }
    if let Some((from, catalogue)) = linked {
        for project in &mut projects {
            let read = linked::with_source(catalogue.clone(), &project.plan.catalogue);
            let source = std::mem::replace(&mut project.plan.catalogue, read);
            project.linked = Some(Linked { from: from.clone(), source });
        }
    }
    Ok(projects)
}

/// Refuses a feature that none of the packages has, as cargo does: what it would turn on is what is to be looked at.
fn known_features(packages: &[&Package], common: &Common) -> Result<(), String> {
    let known: Vec<&str> =
        packages.iter().flat_map(|package| package.features.keys().map(String::as_str)).collect();
    // Those of dependencies are for cargo to know.
    let unknown = |feature: &&String| !feature.contains('/') && !known.contains(&feature.as_str());
    let Some(unknown) = common.features.iter().find(unknown) else { return Ok(()) };
    let hint = obs_model::suggest::nearest(unknown, known.iter().copied());
    let hint = hint.map_or_else(String::new, |name| format!("; did you mean {name}?"));
    Err(format!("no feature {unknown} in this package{hint}"))
}

/// A program without its source.
fn alone((from, catalogue): &(String, Catalogue), common: &Common) -> Project {
    let root = PathBuf::from(".");
    let service = common.service.clone().unwrap_or_else(|| "program".to_owned());
    let source = Catalogue::default();
    let catalogue = linked::with_source(catalogue.clone(), &source);
    let modules = catalogue.functions.iter().map(|function| function.module.as_str());
    let modules = modules.chain(catalogue.metrics.iter().map(|metric| metric.module.as_str()));
    let modules = modules.chain(catalogue.kernels.iter().map(|kernel| kernel.module.as_str()));
    let mut crates: Vec<String> =
        modules.filter_map(|module| module.split("::").next()).map(str::to_owned).collect();
    crates.sort();
    crates.dedup();
    let subject =
        Subject { package: service.clone(), team: service.clone(), service, crates, ..Subject::default() };
    Project {
        plan: Plan { catalogue, subject, composed: Composed::default() },
        mistakes: Vec::new(),
        directory: common.out.clone().unwrap_or_else(|| root.join(MIRROR)),
        root,
        linked: Some(Linked { from: from.clone(), source }),
    }
}

fn read(package: &Package, common: &Common) -> Result<Project, String> {
    let cfg = cfg(package, common)?;
    let source = source::read(package, &cfg);
    if !source.unread.is_empty() {
        return Err(Errors(source.unread).to_string());
    }
    let settings = package.build_script.as_deref().map(Settings::of).unwrap_or_default();
    let settings = Settings { service: common.service.clone().or(settings.service), ..settings };
    let mirror = settings.mirror.as_deref().unwrap_or(MIRROR);
    let mut mistakes =
        obs_codegen::checked(&source).err().map(|Errors(mistakes)| mistakes).unwrap_or_default();
    let mut composed = Composed::default();
    // A build script stops at the mistakes that are known already.
    if settings.composes && mistakes.is_empty() {
        match composed::ask(package, common)? {
            Ok(found) => composed = found,
            Err(found) => mistakes = found,
        }
    }
    let catalogue = Catalogue { requests: composed.requests(), ..source.catalogue };
    Ok(Project {
        directory: common.out.clone().unwrap_or_else(|| package.root.join(mirror)),
        mistakes,
        plan: Plan { catalogue, subject: Subject::new(package, &cfg, &settings), composed },
        root: package.root.clone(),
        linked: None,
    })
}

/// The configuration of a plain `cargo build` with these features and `RUSTFLAGS`; what `.cargo/config.toml`
/// adds to it is known to cargo alone.
fn cfg(package: &Package, common: &Common) -> Result<Cfg, String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    // There, rustup finds the toolchain that the package chooses.
    command.current_dir(&package.root).args(["--print", "cfg"]);
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    command.args(flags.split_whitespace());
    let output = command.output().map_err(|error| format!("cannot run rustc --print cfg: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
    }
    let mut cfg = Cfg::from_rustc(&String::from_utf8_lossy(&output.stdout));
    let mut features: Vec<&str> = common.features.iter().map(String::as_str).collect();
    if common.all_features {
        features.extend(package.features.keys().map(String::as_str));
    } else if !common.no_default_features {
        features.push("default");
    }
    package.enabled(features).iter().for_each(|feature| cfg.add_feature(feature));
    Ok(cfg)
}

impl Project {
    /// The artefacts as they should be committed.
    pub(crate) fn artefacts(&self) -> Artefacts {
        Artefacts::to_commit(&self.plan)
    }

    /// A file of the artefacts, as one would type it.
    pub(crate) fn spelled(&self, path: &Path) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        path.strip_prefix(&here).unwrap_or(path).display().to_string()
    }

    /// What asks for series among the committed artefacts; nothing before there are any.
    ///
    /// # Errors
    ///
    /// Which file cannot be read, and why.
    pub(crate) fn committed_uses(&self) -> Result<Vec<Use>, String> {
        let files = uses::read(&self.directory).map_err(|error| error.to_string())?;
        let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        uses::uses(files).map_err(|error| format!("{}/{error}", self.spelled(&self.directory)))
    }

    /// The mistakes in the source, or else what differs from the committed catalogue, if there is one. What
    /// an attribute with a mistake declares is not known, and only seems to be gone.
    ///
    /// # Errors
    ///
    /// That the committed catalogue cannot be read.
    pub(crate) fn changes(&self) -> Result<Vec<Finding>, String> {
        let mut found = self.mistakes.clone();
        if !found.is_empty() {
            return Ok(found.iter().map(Finding::from).collect());
        }
        let path = self.directory.join(CATALOGUE);
        if path.is_file() {
            let name = self.spelled(&path);
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
            let committed = catalogue::from_json(&text).map_err(|error| format!("{name}: {error}"))?;
            found.extend(change::changes(&self.plan.catalogue, &committed, &name));
        }
        Ok(found.iter().map(Finding::from).collect())
    }

    /// The crate that declares a module, if it is none of this package.
    pub(crate) fn foreign<'m>(&self, module: &'m str) -> Option<&'m str> {
        let krate = module.split("::").next().unwrap_or(module);
        let ours = self.plan.subject.crates.iter().any(|ours| ours == krate);
        (!ours).then_some(krate)
    }
}
