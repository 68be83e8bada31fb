//! Packages that tests write and read.

// Each test binary uses a part of it.
#![allow(dead_code)]

use obs_codegen::package::Package;
use obs_codegen::source::{self, Cfg, Source};
use std::path::{Path, PathBuf};

/// A package in a directory of its own, gone when it is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A package called `scratch`, with these files; a manifest is added if none is among them.
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Scratch {
        Scratch::at(&format!("{name}-{}", std::process::id()), files)
    }

    /// The same, always in one place, so that cargo knows it again.
    pub(crate) fn at(name: &str, files: &[(&str, &str)]) -> Scratch {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).expect("the directory for tests can be written");
        let scratch = Scratch(directory);
        let manifest =
            "[package]\nname = \"scratch\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
        scratch.write("Cargo.toml", manifest);
        files.iter().for_each(|(path, text)| scratch.write(path, text));
        scratch
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a directory"))
            .expect("a directory is made");
        std::fs::write(path, text).expect("a file is written");
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    pub(crate) fn package(&self) -> Package {
        Package::at(&self.0).expect("cargo reads the manifest")
    }

    pub(crate) fn read(&self, cfg: &Cfg) -> Source {
        source::read(&self.package(), cfg)
    }

    /// Paths without the directory, with `/` between their parts.
    pub(crate) fn short(&self, paths: &[PathBuf]) -> Vec<String> {
        let short = |path: &PathBuf| {
            path.strip_prefix(&self.0).unwrap_or(path).display().to_string().replace('\\', "/")
        };
        paths.iter().map(short).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The configuration of a Unix with these features.
pub(crate) fn cfg(features: &[&str]) -> Cfg {
    let mut cfg = Cfg::from_rustc("unix\ntarget_os=\"linux\"\n");
    features.iter().for_each(|feature| cfg.add_feature(feature));
    cfg
}

/// The fixture's directory.
pub(crate) fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture")
}

/// Holds a file against the one below `tests`; `UPDATE_GOLDEN=1` writes that anew.
pub(crate) fn assert_golden(directory: &str, file: &str, found: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(directory).join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(golden.parent().expect("a file is in a directory"))
            .expect("a directory is made");
        std::fs::write(&golden, found).expect("a file is written");
    }
    let expected = std::fs::read_to_string(&golden).expect("there is a golden file");
    assert!(found == expected, "{file} differs: UPDATE_GOLDEN=1 writes it anew");
}

/// The names of the functions that were found, with their modules.
pub(crate) fn functions(source: &Source) -> Vec<String> {
    source.catalogue.functions.iter().map(|f| format!("{}::{}", f.module, f.name)).collect()
}
