//! From a package's root files to its catalogue: the same grammar that the macros read, over every
//! module that this build compiles.
//!
//! What it cannot see: functions that a `macro_rules!` of the user makes, files of `include!`, and modules
//! declared inside a macro call. The [drift test](crate::assert_no_drift) finds those.

mod cfg;
mod modules;

pub use cfg::Cfg;

use crate::mistake::{Mistake, place};
use crate::package::{Crate, Package};
use modules::Directory;
use obs_model::grammar::walk::{At, LabelTypes, walk};
use obs_model::{Catalogue, Place};
use std::path::{Path, PathBuf};
use syn::ext::IdentExt;
use syn::{Attribute, Item, ItemMod};

/// What was read of a package or crate.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Everything it measures, sorted.
    pub catalogue: Catalogue,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// Where the file of a module was looked for and not found.
    pub absent: Vec<PathBuf>,
    /// What is wrong with its attributes.
    pub mistakes: Vec<Mistake>,
    /// Files and modules that could not be read. A compiler refuses them too, and says more.
    pub unread: Vec<Mistake>,
    /// What it says of the types of labels. The catalogue of one crate has no values of enums; that of
    /// several as one does, for the enum may be in the library and the label in a binary.
    pub types: LabelTypes,
}

/// Reads every crate of the package that this configuration builds, as one.
pub fn read(package: &Package, cfg: &Cfg) -> Source {
    Source::merge(read_crates(package, cfg).into_iter().map(|(_, source)| source))
}

/// Reads every crate of the package that this configuration builds, each on its own.
pub fn read_crates<'a>(package: &'a Package, cfg: &Cfg) -> Vec<(&'a Crate, Source)> {
    let built = |krate: &&Crate| krate.required_features.iter().all(|feature| cfg.has_feature(feature));
    package.crates.iter().filter(built).map(|krate| (krate, read_crate(krate, package, cfg))).collect()
}

fn read_crate(krate: &Crate, package: &Package, cfg: &Cfg) -> Source {
    let mut source = Source::default();
    let mut reader = Reader { source: &mut source, cfg, workspace: &package.workspace, open: Vec::new() };
    reader.file(&krate.root, &krate.name, &Directory::of_root(&krate.root), None);
    source.order();
    source
}

impl Source {
    /// Several crates as one. A file that the library and a binary both declare was read for each, under
    /// one module path; it counts once.
    pub fn merge(sources: impl IntoIterator<Item = Source>) -> Source {
        let mut all = Source::default();
        for source in sources {
            all.catalogue.functions.extend(source.catalogue.functions);
            all.catalogue.metrics.extend(source.catalogue.metrics);
            all.catalogue.kernels.extend(source.catalogue.kernels);
            all.catalogue.errors.extend(source.catalogue.errors);
            all.files.extend(source.files);
            all.absent.extend(source.absent);
            all.mistakes.extend(source.mistakes);
            all.unread.extend(source.unread);
            all.types.extend(source.types);
        }
        all.types.fill(&mut all.catalogue);
        all.order();
        all
    }

    /// Puts everything in its one order, once.
    fn order(&mut self) {
        self.catalogue.sort();
        self.catalogue.functions.dedup();
        self.catalogue.metrics.dedup();
        self.catalogue.kernels.dedup();
        self.catalogue.errors.dedup();
        for paths in [&mut self.files, &mut self.absent] {
            paths.sort();
            paths.dedup();
        }
        for mistakes in [&mut self.mistakes, &mut self.unread] {
            mistakes.sort();
            mistakes.dedup();
        }
    }
}

struct Reader<'a> {
    source: &'a mut Source,
    cfg: &'a Cfg,
    workspace: &'a Path,
    /// The files being read, outermost first: one that `#[path]` leads back to is not read again.
    open: Vec<PathBuf>,
}

impl Reader<'_> {
    /// Reads a file and the modules below it. `declared` is the place of its `mod`, if it has one.
    fn file(&mut self, path: &Path, module: &str, directory: &Directory, declared: Option<Place>) {
        let name = self.spelled(path);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let place = declared.unwrap_or(Place { file: name.clone(), line: 1, column: 1 });
                self.source.unread.push(Mistake::new(place, format!("cannot read {name}: {error}")));
                return self.source.absent.push(path.to_path_buf());
            }
        };
        self.source.files.push(path.to_path_buf());
        let file = match syn::parse_file(&text) {
            Ok(file) => file,
            Err(error) => return self.source.unread.extend(Mistake::of(&error, &name)),
        };
        if !self.cfg.is_active(&self.cfg.resolve(&file.attrs)) {
            return;
        }
        let at = At { file: &name, module };
        let active = |attributes: &[Attribute]| self.cfg.is_active(attributes);
        let mut errors = Vec::new();
        let types = walk(&file, &at, &active, &mut self.source.catalogue, &mut errors);
        self.source.types.extend(types);
        self.source.mistakes.extend(errors.iter().flat_map(|error| Mistake::of(error, &name)));

        self.open.push(path.to_path_buf());
        self.items(&file.items, module, directory, &name);
        self.open.pop();
    }

    /// Follows the modules that `items` declare.
    fn items(&mut self, items: &[Item], module: &str, directory: &Directory, file: &str) {
        for item in items {
            let Item::Mod(item) = item else { continue };
            let attributes = self.cfg.resolve(&item.attrs);
            if !self.cfg.is_active(&attributes) {
                continue;
            }
            let module = format!("{module}::{}", item.ident.unraw());
            match &item.content {
                Some((_, items)) => {
                    self.items(items, &module, &directory.inline(&item.ident, &attributes), file);
                }
                None => self.declared(item, &attributes, &module, directory, file),
            }
        }
    }

    /// Reads the file of `mod name;`.
    fn declared(
        &mut self,
        item: &ItemMod,
        attributes: &[Attribute],
        module: &str,
        directory: &Directory,
        file: &str,
    ) {
        let declared = place(item.ident.span(), file);
        match directory.file(&item.ident, attributes) {
            Ok((path, _)) if self.open.contains(&path) => {
                let message = format!("module `{}` leads back to {}", item.ident, self.spelled(&path));
                self.source.unread.push(Mistake::new(declared, message));
            }
            Ok((path, directory)) => self.file(&path, module, &directory, Some(declared)),
            Err(not_one) => {
                let names: Vec<String> = not_one.candidates.iter().map(|path| self.spelled(path)).collect();
                let message = match not_one.found {
                    true => format!("module `{}` has two files: {}", item.ident, names.join(" and ")),
                    false => {
                        format!("no file for module `{}`: looked for {}", item.ident, names.join(" and "))
                    }
                };
                self.source.unread.push(Mistake::new(declared, message));
                self.source.absent.extend(not_one.candidates.into_iter().filter(|path| !path.is_file()));
            }
        }
    }

    /// As `file!()` spells the path: cargo runs rustc in the workspace's directory.
    fn spelled(&self, path: &Path) -> String {
        path.strip_prefix(self.workspace).unwrap_or(path).display().to_string()
    }
}
