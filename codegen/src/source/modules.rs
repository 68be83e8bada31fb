//! Where the file of `mod name;` is: the rules of rustc's `expand::module`.

use std::path::{Path, PathBuf};
use syn::{Attribute, Expr, ExprLit, Ident, Lit, Meta, ext::IdentExt};

/// Where the modules that a file or an inline module declares are looked for.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// The file's own module, whose directory its children live in; `None` in `lib.rs`, `main.rs`,
    /// `mod.rs` and files named by `#[path]`.
    below: Option<String>,
}

impl Directory {
    /// That of a crate's root file.
    pub(super) fn of_root(file: &Path) -> Directory {
        Directory { path: parent(file), below: None }
    }

    /// That of an inline module `name` which stands in this one.
    pub(super) fn inline(&self, name: &Ident, attributes: &[Attribute]) -> Directory {
        if let Some(path) = path_attribute(attributes) {
            return Directory { path: self.path.join(path), below: None };
        }
        let path = match &self.below {
            Some(below) => self.path.join(below),
            None => self.path.clone(),
        };
        Directory { path: path.join(name.unraw().to_string()), below: None }
    }

    /// The file of a module `name` declared here.
    pub(super) fn file(
        &self,
        name: &Ident,
        attributes: &[Attribute],
    ) -> Result<(PathBuf, Directory), NotOne> {
        if let Some(path) = path_attribute(attributes) {
            let file = self.path.join(path);
            return match file.is_file() {
                true => Ok((file.clone(), Directory::of_root(&file))),
                false => Err(NotOne { candidates: vec![file], found: false }),
            };
        }
        let name = name.unraw().to_string();
        let base = match &self.below {
            Some(below) => self.path.join(below),
            None => self.path.clone(),
        };
        let flat = base.join(format!("{name}.rs"));
        let nested = base.join(&name).join("mod.rs");
        match (flat.is_file(), nested.is_file()) {
            (true, false) => Ok((flat, Directory { path: base, below: Some(name) })),
            (false, true) => Ok((nested, Directory { path: base.join(name), below: None })),
            (found, _) => Err(NotOne { candidates: vec![flat, nested], found }),
        }
    }
}

/// A module that has no file, or two.
#[derive(Debug)]
pub(super) struct NotOne {
    /// Where its file was looked for.
    pub(super) candidates: Vec<PathBuf>,
    /// Whether there were two.
    pub(super) found: bool,
}

/// The string of `#[path = "…"]`.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("path") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}

fn parent(file: &Path) -> PathBuf {
    file.parent().map(Path::to_path_buf).unwrap_or_default()
}
