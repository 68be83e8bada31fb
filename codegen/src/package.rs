//! A package's crates, as `cargo metadata` lists them.

use crate::settings::Settings;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory below a package's where artefacts are committed unless its build script names another.
pub const MIRROR: &str = "observability";

/// A package: a manifest and the crates it builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The package's name.
    pub name: String,
    /// The directory of its manifest.
    pub root: PathBuf,
    /// The workspace's directory, which `file!()` is relative to.
    pub workspace: PathBuf,
    /// Its library, then its binaries by name. Examples, tests and benches are left out: what they
    /// measure is not the service.
    pub crates: Vec<Crate>,
    /// Its build script.
    pub build_script: Option<PathBuf>,
    /// Its features, and what each turns on.
    pub features: BTreeMap<String, Vec<String>>,
    /// What it is built with; what only its tests or its build script need is left out.
    pub dependencies: Vec<Dependency>,
    /// The repository that the manifest names.
    pub repository: Option<String>,
}

/// A dependency, as the manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Dependency {
    /// The name of its package.
    pub name: String,
    /// What the manifest calls it, if not by that name.
    pub rename: Option<String>,
    /// The features that are asked for, whatever features of the package are on.
    pub features: Vec<String>,
}

impl Dependency {
    /// The name by which features speak of it.
    pub fn called(&self) -> &str {
        self.rename.as_deref().unwrap_or(&self.name)
    }
}

/// A library or binary: one root file, one tree of modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// The name that starts its module paths.
    pub name: String,
    /// Its root file.
    pub root: PathBuf,
    /// Whether it is the package's library.
    pub library: bool,
    /// The features without which it is not built.
    pub required_features: Vec<String>,
}

impl Package {
    /// The package whose manifest is in `directory`.
    ///
    /// Asks `cargo metadata --no-deps` (25 ms, no network, no lock), which knows renamed, moved and
    /// auto-discovered targets. Where cargo cannot tell, as under other build systems or of a vendored package, the
    /// package is taken to be laid out by convention.
    ///
    /// # Errors
    ///
    /// A sentence, if there is no readable manifest.
    pub fn at(directory: &Path) -> Result<Package, String> {
        let manifest = directory.join("Cargo.toml");
        if !manifest.is_file() {
            return Package::by_convention(directory);
        }
        let packages = match Package::all(Some(&manifest)) {
            Ok(packages) => packages,
            // Above a vendored package stands a workspace that it is no member of, which `cargo metadata` refuses,
            // though `cargo build` does not.
            Err(error) if is_packaged(directory) => {
                return Package::by_convention(directory).map_err(|_| error);
            }
            Err(error) => return Err(error),
        };
        let same = |package: &Package| same_file(&package.root, directory);
        packages
            .packages
            .into_iter()
            .find(same)
            .ok_or_else(|| format!("{} declares no package", manifest.display()))
    }

    /// Every package of the workspace that `manifest`, or else the current directory, is in.
    ///
    /// # Errors
    ///
    /// What cargo said, if it cannot read the workspace.
    pub fn all(manifest: Option<&Path>) -> Result<Workspace, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        if let Some(manifest) = manifest {
            command.arg("--manifest-path").arg(manifest);
        }
        let output = command.output().map_err(|error| format!("cannot run cargo metadata: {error}"))?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            return Err(told.trim().trim_start_matches("error: ").to_owned());
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("cannot read the output of cargo metadata: {error}"))?;
        Ok(metadata.workspace())
    }

    /// `src/lib.rs`, `src/main.rs` and `src/bin/*`, for build systems that run build scripts themselves.
    fn by_convention(directory: &Path) -> Result<Package, String> {
        let name = std::env::var("CARGO_PKG_NAME").map_err(|_| {
            format!("{} has no Cargo.toml, and CARGO_PKG_NAME is not set", directory.display())
        })?;
        let mut crates = Vec::new();
        let mut add = |name: &str, root: PathBuf, library| {
            if root.is_file() {
                crates.push(Crate { name: crate_name(name), root, library, required_features: Vec::new() });
            }
        };
        let src = directory.join("src");
        add(&name, src.join("lib.rs"), true);
        add(&name, src.join("main.rs"), false);
        let mut bins: Vec<PathBuf> =
            std::fs::read_dir(src.join("bin")).into_iter().flatten().flatten().map(|e| e.path()).collect();
        bins.sort();
        for bin in bins {
            let stem = bin.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let root = if bin.is_dir() { bin.join("main.rs") } else { bin };
            add(&stem, root, false);
        }
        if crates.is_empty() {
            return Err(format!(
                "{} has no Cargo.toml, and no src/lib.rs or src/main.rs",
                directory.display()
            ));
        }
        let root = directory.to_path_buf();
        Ok(Package {
            name,
            workspace: root.clone(),
            root,
            crates,
            build_script: None,
            features: BTreeMap::new(),
            dependencies: Vec::new(),
            repository: std::env::var("CARGO_PKG_REPOSITORY").ok().filter(|address| !address.is_empty()),
        })
    }

    /// The directory of the committed artefacts, from the root of the workspace, with `/` between its parts.
    pub(crate) fn committed(&self, settings: &Settings) -> String {
        let mirror = settings.mirror.as_deref().unwrap_or(MIRROR);
        let below = self.root.strip_prefix(&self.workspace).unwrap_or(Path::new(""));
        below.join(mirror).display().to_string().replace('\\', "/")
    }

    /// The features that are on when `named` are asked for, each with what it turns on.
    pub fn enabled<'a>(&self, named: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let mut on = BTreeSet::new();
        let mut next: Vec<String> = named.into_iter().map(str::to_owned).collect();
        while let Some(feature) = next.pop() {
            if let Some(more) = self.features.get(&feature)
                && on.insert(feature)
            {
                next.extend(more.iter().cloned());
            }
        }
        on
    }
}

/// The packages of a workspace.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// All of them, by name.
    pub packages: Vec<Package>,
    /// The roots of those that cargo picks when none is named.
    pub default: Vec<PathBuf>,
}

/// The part of `cargo metadata`'s output that is needed here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
    workspace_default_members: Vec<String>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct MetadataPackage {
    id: String,
    name: String,
    manifest_path: PathBuf,
    targets: Vec<MetadataTarget>,
    features: BTreeMap<String, Vec<String>>,
    dependencies: Vec<MetadataDependency>,
    repository: Option<String>,
}

#[derive(Deserialize)]
struct MetadataDependency {
    #[serde(flatten)]
    dependency: Dependency,
    /// `dev` or `build`; nothing for the usual.
    kind: Option<String>,
}

#[derive(Deserialize)]
struct MetadataTarget {
    kind: Vec<String>,
    name: String,
    src_path: PathBuf,
    #[serde(default, rename = "required-features")]
    required_features: Vec<String>,
}

impl Metadata {
    fn workspace(self) -> Workspace {
        let directory = |package: &MetadataPackage| {
            package.manifest_path.parent().map(Path::to_path_buf).unwrap_or_default()
        };
        let is_default = |package: &&MetadataPackage| self.workspace_default_members.contains(&package.id);
        let default = self.packages.iter().filter(is_default).map(directory).collect();
        let mut packages: Vec<Package> = self
            .packages
            .into_iter()
            .map(|package| {
                let root = directory(&package);
                package.package(root, self.workspace_root.clone())
            })
            .collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Workspace { packages, default }
    }
}

impl MetadataPackage {
    fn package(self, root: PathBuf, workspace: PathBuf) -> Package {
        const LIBRARY: [&str; 5] = ["lib", "rlib", "dylib", "cdylib", "staticlib"];
        let mut build_script = None;
        let mut crates = Vec::new();
        for target in self.targets {
            let is = |kinds: &[&str]| target.kind.iter().any(|kind| kinds.contains(&kind.as_str()));
            if is(&["custom-build"]) {
                build_script = Some(target.src_path);
            } else if is(&LIBRARY) || is(&["bin"]) {
                crates.push(Crate {
                    name: crate_name(&target.name),
                    library: is(&LIBRARY),
                    root: target.src_path,
                    required_features: target.required_features,
                });
            }
        }
        crates.sort_by(|a, b| (!a.library, &a.name).cmp(&(!b.library, &b.name)));
        Package {
            name: self.name,
            root,
            workspace,
            crates,
            build_script,
            features: self.features,
            dependencies: self
                .dependencies
                .into_iter()
                .filter(|dependency| dependency.kind.is_none())
                .map(|dependency| dependency.dependency)
                .collect(),
            repository: self.repository,
        }
    }
}

/// Whether a directory was unpacked from what `cargo package` makes, which puts the manifest as it was written beside
/// its own: by cargo's cache, by `cargo vendor`, or to be verified before it is published.
pub(crate) fn is_packaged(directory: &Path) -> bool {
    directory.join("Cargo.toml.orig").is_file()
}

/// The name that rustc is given for a target.
fn crate_name(target: &str) -> String {
    target.replace('-', "_")
}

/// Whether two paths name one directory, symbolic links followed.
pub(crate) fn same_file(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
