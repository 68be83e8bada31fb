//! Which values a label can have, where the source shows its type.
//!
//! A label's type is told where it is named: in `labels(state: PoolState)`, or by the parameter that the label
//! is. Nothing is guessed: a name counts as an enum that was read if it stands in the same module, or if it is
//! the only one of its name and comes from this package by the path of a `use` or of the type itself.

use super::super::{Bound, Label};
use crate::catalogue::{self, Catalogue, Place};
use std::collections::BTreeSet;
use syn::ext::IdentExt;
use syn::{Expr, FnArg, Ident, ItemUse, Pat, PathArguments, Signature, Type, UseTree};

/// What a package says of the types of its labels.
#[derive(Clone, Debug, Default)]
pub struct LabelTypes {
    enums: Vec<Enum>,
    named: Vec<Named>,
    imports: Vec<Import>,
}

/// An enum under `#[derive(LabelValue)]`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Enum {
    module: String,
    name: String,
    values: Vec<String>,
}

/// A label that names its type.
#[derive(Clone, Debug)]
struct Named {
    /// The item that it is a label of.
    place: Place,
    module: String,
    label: String,
    /// The path of the type, part by part.
    path: Vec<String>,
}

/// What a `use` brings into a module; a glob is called `*`.
#[derive(Clone, Debug)]
struct Import {
    module: String,
    name: String,
    path: Vec<String>,
}

impl LabelTypes {
    /// Adds what another file says.
    pub fn extend(&mut self, other: LabelTypes) {
        self.enums.extend(other.enums);
        self.named.extend(other.named);
        self.imports.extend(other.imports);
    }

    /// Gives the labels of a catalogue the values that their types have, where those are told.
    pub fn fill(&self, catalogue: &mut Catalogue) {
        let crates: BTreeSet<&str> =
            self.enums.iter().filter_map(|known| known.module.split("::").next()).collect();
        for named in &self.named {
            let Some(known) = self.find(named, &crates) else { continue };
            let fill = |labels: &mut [catalogue::Label]| {
                for label in
                    labels.iter_mut().filter(|label| label.name == named.label && label.cap.is_none())
                {
                    label.values.clone_from(&known.values);
                }
            };
            let functions = catalogue.functions.iter_mut().filter(|f| f.place == named.place);
            functions.for_each(|function| fill(&mut function.labels));
            let metrics = catalogue.metrics.iter_mut().filter(|m| m.place == named.place);
            metrics.for_each(|metric| fill(&mut metric.labels));
            let kernels = catalogue.kernels.iter_mut().filter(|k| k.place == named.place);
            kernels.for_each(|kernel| fill(&mut kernel.labels));
        }
    }

    fn find(&self, named: &Named, crates: &BTreeSet<&str>) -> Option<&Enum> {
        let (name, first) = (named.path.last()?, named.path.first()?);
        let here = |import: &&Import| import.module == named.module;
        let is_ours = |path: &[String]| {
            path.first().is_some_and(|first| is_relative(first) || crates.contains(first.as_str()))
        };
        if named.path.len() > 1 {
            return if is_ours(&named.path) { self.only(name) } else { None };
        }
        if let Some(same) =
            self.enums.iter().find(|known| known.module == named.module && known.name == *name)
        {
            return Some(same);
        }
        if let Some(import) = self.imports.iter().filter(here).find(|import| import.name == *first) {
            return if is_ours(&import.path) { self.only(import.path.last()?) } else { None };
        }
        // Nothing but a glob can have brought it here.
        let mut globs = self.imports.iter().filter(here).filter(|import| import.name == "*");
        if globs.any(|import| is_ours(&import.path)) { self.only(name) } else { None }
    }

    /// The one enum of that name; two that are the same were read twice.
    fn only(&self, name: &str) -> Option<&Enum> {
        let mut of_name = self.enums.iter().filter(|known| known.name == name);
        let first = of_name.next()?;
        of_name.all(|other| other == first).then_some(first)
    }

    pub(super) fn declare(&mut self, module: &str, name: &Ident, values: &[(Ident, String)]) {
        self.enums.push(Enum {
            module: module.to_owned(),
            name: name.unraw().to_string(),
            values: values.iter().map(|(_, value)| value.clone()).collect(),
        });
    }

    pub(super) fn import(&mut self, module: &str, item: &ItemUse) {
        self.tree(module, &item.tree, &mut Vec::new());
    }

    fn tree(&mut self, module: &str, tree: &UseTree, path: &mut Vec<String>) {
        let mut add = |name: &Ident, last: Option<&Ident>, path: &[String]| {
            let last = last.map(|last| last.unraw().to_string());
            let path = path.iter().cloned().chain(last).collect();
            self.imports.push(Import { module: module.to_owned(), name: name.unraw().to_string(), path });
        };
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.unraw().to_string());
                self.tree(module, &inner.tree, path);
                path.pop();
            }
            UseTree::Name(name) => add(&name.ident, Some(&name.ident), path),
            UseTree::Rename(rename) => add(&rename.rename, Some(&rename.ident), path),
            UseTree::Glob(_) => {
                let import = Import { module: module.to_owned(), name: "*".to_owned(), path: path.clone() };
                self.imports.push(import);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(module, tree, path));
            }
        }
    }

    /// The labels of an item, of which some name their type. `sig` is there for those of functions.
    pub(super) fn labels<'l>(
        &mut self,
        module: &str,
        place: &Place,
        labels: impl IntoIterator<Item = &'l Label>,
        sig: Option<&Signature>,
    ) {
        for label in labels {
            let ty = match &label.bound {
                Bound::Type(ty) => Some(ty),
                Bound::Value(expr) => sig.and_then(|sig| parameter(expr, sig)),
                Bound::Capped(..) | Bound::Result | Bound::ErrorType => None,
            };
            if let Some(path) = ty.and_then(path) {
                let (module, label) = (module.to_owned(), label.name.value.clone());
                self.named.push(Named { place: place.clone(), module, label, path });
            }
        }
    }
}

fn is_relative(word: &str) -> bool {
    ["crate", "self", "super"].contains(&word)
}

/// The type of the parameter that an expression is, by value or by reference.
fn parameter<'s>(expr: &Expr, sig: &'s Signature) -> Option<&'s Type> {
    let name = match expr {
        Expr::Path(path) => path.path.get_ident()?,
        Expr::Reference(inner) => return parameter(&inner.expr, sig),
        Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => return parameter(&inner.expr, sig),
        _ => return None,
    };
    sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(ident) if ident.ident == *name => Some(&*typed.ty),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

/// The parts of a type's path; nothing if it is no plain path.
fn path(ty: &Type) -> Option<Vec<String>> {
    match ty {
        Type::Path(path) if path.qself.is_none() && path.path.leading_colon.is_none() => path
            .path
            .segments
            .iter()
            .map(|part| match part.arguments {
                PathArguments::None => Some(part.ident.unraw().to_string()),
                _ => None,
            })
            .collect(),
        Type::Reference(inner) => path(&inner.elem),
        Type::Paren(inner) => path(&inner.elem),
        Type::Group(inner) => path(&inner.elem),
        _ => None,
    }
}
