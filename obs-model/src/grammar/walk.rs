//! A whole source file to the catalogue.

mod types;

pub use types::LabelTypes;

use super::{
    Ctxt, ErrorDerive, KernelArgs, LabelDerive, MetricArgs, ObserveArgs, check, describe, keyword, observe,
    shape,
};
use crate::catalogue::{Catalogue, Place};
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItem, Item, Meta, Path, Signature, Token, TraitItem, parse_quote};

/// Where a file's items are.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The file, as `file!()` spells it.
    pub file: &'a str,
    /// The module that the file is, from the crate's root: `shop::orders`.
    pub module: &'a str,
}

/// Adds everything that `file` measures to `into`, and every mistake in its attributes to `errors`.
///
/// `active` says whether an item with these attributes is compiled; `#[cfg_attr]` is resolved by asking it
/// about the same predicate in a `#[cfg]`. Inline modules, blocks, and functions within functions are
/// walked. Returns what the file says of the types of labels, whose values
/// [`fill`](LabelTypes::fill) finds once every file has been read. What the user's own macros produce is not seen: the drift test finds it. Lines and columns need
/// the feature `span-locations` of proc-macro2.
pub fn walk(
    file: &syn::File,
    at: &At<'_>,
    active: &dyn Fn(&[Attribute]) -> bool,
    into: &mut Catalogue,
    errors: &mut Vec<syn::Error>,
) -> LabelTypes {
    let types = LabelTypes::default();
    let mut walker = Walker { file: at.file, module: at.module.to_owned(), active, into, errors, types };
    for item in &file.items {
        walker.item(item, None);
    }
    walker.types
}

struct Walker<'a> {
    file: &'a str,
    module: String,
    active: &'a dyn Fn(&[Attribute]) -> bool,
    into: &'a mut Catalogue,
    errors: &'a mut Vec<syn::Error>,
    types: LabelTypes,
}

/// What stands on a function.
struct Function<'a> {
    attributes: &'a [Attribute],
    sig: &'a Signature,
    body: Option<&'a Block>,
    /// The type or trait whose observed block it is a member of.
    owner: Option<&'a str>,
}

impl Walker<'_> {
    /// `block` holds the arguments of the observed module around the item, if there is one.
    fn item(&mut self, item: &Item, block: Option<&ObserveArgs>) {
        let Some(attributes) = self.attributes(attributes_of(item)) else { return };
        match item {
            Item::Fn(item) => {
                let (sig, body) = (&item.sig, Some(&*item.block));
                self.function(Function { attributes: &attributes, sig, body, owner: None }, block);
            }
            Item::Impl(item) => {
                let block = self.block(&attributes, block);
                let owner = block.is_some().then(|| describe::owner(&item.self_ty));
                let types: Vec<_> = item.items.iter().filter_map(shape::associated).collect();
                let types = (&types[..], shape::is_lasting(&item.generics));
                for member in &item.items {
                    self.impl_item(member, types, owner.as_deref(), block.as_ref());
                }
            }
            Item::Trait(item) => {
                let block = self.block(&attributes, block);
                let owner = block.is_some().then(|| item.ident.unraw().to_string());
                for member in &item.items {
                    self.trait_item(member, owner.as_deref(), block.as_ref());
                }
            }
            Item::Mod(item) => {
                let block = self.block(&attributes, block);
                let Some((_, items)) = &item.content else { return };
                let outer = self.module.len();
                self.module.push_str("::");
                self.module.push_str(&item.ident.unraw().to_string());
                for item in items {
                    self.item(item, block.as_ref());
                }
                self.module.truncate(outer);
            }
            Item::Static(item) => {
                self.metrics(&attributes, check::On::Static(item), &item.ident);
                self.kernel(&attributes, check::On::Static(item), true, &item.ident);
                Nested(self).visit_expr(&item.expr);
            }
            Item::Use(item) => self.types.import(&self.module, item),
            Item::Enum(_) | Item::Struct(_) | Item::Union(_) => self.derives(&attributes, item),
            // Constants and the like hold functions only inside their expressions.
            other => visit::visit_item(&mut Nested(self), other),
        }
    }

    /// `types` are those that the block gives names, and whether what they name lasts. Only an attribute on the block
    /// sees them.
    fn impl_item(
        &mut self,
        item: &ImplItem,
        (types, is_lasting): (&[shape::Associated], bool),
        owner: Option<&str>,
        block: Option<&ObserveArgs>,
    ) {
        let ImplItem::Fn(item) = item else { return visit::visit_impl_item(&mut Nested(self), item) };
        let Some(attributes) = self.attributes(&item.attrs) else { return };
        let body = &item.block.stmts;
        let may_hold = || is_lasting || shape::is_pinned(quote::quote!(#(#body)*));
        let resolved = block.and_then(|_| shape::resolved(&item.sig, types, may_hold));
        let (sig, body) = (resolved.as_ref().unwrap_or(&item.sig), Some(&item.block));
        self.function(Function { attributes: &attributes, sig, body, owner }, block);
    }

    fn trait_item(&mut self, item: &TraitItem, owner: Option<&str>, block: Option<&ObserveArgs>) {
        let TraitItem::Fn(item) = item else { return visit::visit_trait_item(&mut Nested(self), item) };
        let Some(attributes) = self.attributes(&item.attrs) else { return };
        let (sig, body) = (&item.sig, item.default.as_ref());
        self.function(Function { attributes: &attributes, sig, body, owner }, block);
    }

    /// The arguments that an observed block gives its members.
    fn block(&mut self, attributes: &[Attribute], around: Option<&ObserveArgs>) -> Option<ObserveArgs> {
        let ctxt = Ctxt::new();
        let block = ObserveArgs::of_block(&ctxt, attributes, around);
        self.errors.extend(ctxt.finish());
        block
    }

    fn function(&mut self, function: Function<'_>, block: Option<&ObserveArgs>) {
        let Function { attributes, sig, body, owner } = function;
        let ctxt = Ctxt::new();
        let args = ObserveArgs::of_member(&ctxt, attributes, sig, body.is_some(), block);
        let errors = ctxt.finish();
        if let (Some(args), true) = (args, errors.is_empty()) {
            let mut function = describe::function(&args, attributes, sig, owner);
            function.module.clone_from(&self.module);
            if function.target.is_empty() {
                function.target.clone_from(&self.module);
            }
            function.place = self.place(&sig.ident);
            let labels = args.labels.iter().flat_map(|labels| &labels.value);
            self.types.labels(&self.module, &function.place, labels, Some(sig));
            self.into.functions.push(function);
        }
        self.errors.extend(errors);
        self.metrics(attributes, check::On::Function(sig), &sig.ident);
        self.kernel(attributes, check::On::Function(sig), body.is_some(), &sig.ident);
        if let Some(body) = body {
            Nested(self).visit_block(body);
        }
    }

    fn metrics(&mut self, attributes: &[Attribute], on: check::On<'_>, ident: &Ident) {
        let ctxt = Ctxt::new();
        let mut all = Vec::new();
        for attribute in attributes.iter().filter(|attribute| observe::is(attribute, keyword::METRIC)) {
            let args = MetricArgs::of(&ctxt, attribute);
            check::metric(&ctxt, &args, on);
            all.push(args);
        }
        check::metrics(&ctxt, &all);
        let errors = ctxt.finish();
        if errors.is_empty() {
            let on_function = matches!(on, check::On::Function(_));
            let sig = match on {
                check::On::Function(sig) => Some(sig),
                check::On::Static(_) => None,
            };
            let (module, place) = (self.module.clone(), self.place(ident));
            for args in &all {
                let labels = args.labels.iter().flat_map(|labels| &labels.value);
                self.types.labels(&module, &place, labels, sig);
            }
            let described = all.iter().filter_map(|args| describe::metric(args, attributes, on_function));
            for mut metric in described {
                metric.module.clone_from(&self.module);
                metric.place = self.place(ident);
                self.into.metrics.push(metric);
            }
        }
        self.errors.extend(errors);
    }

    fn kernel(&mut self, attributes: &[Attribute], on: check::On<'_>, has_body: bool, ident: &Ident) {
        let ctxt = Ctxt::new();
        let args = KernelArgs::among(&ctxt, attributes, on, has_body);
        let errors = ctxt.finish();
        if let (Some(args), true) = (args, errors.is_empty()) {
            let mut kernel = describe::kernel(&args, attributes, on);
            kernel.module.clone_from(&self.module);
            kernel.place = self.place(ident);
            if let check::On::Function(sig) = on {
                let labels = args.labels.iter().flat_map(|labels| &labels.value);
                self.types.labels(&self.module, &kernel.place, labels, Some(sig));
            }
            self.into.kernels.push(kernel);
        }
        self.errors.extend(errors);
    }

    fn derives(&mut self, attributes: &[Attribute], item: &Item) {
        let ident = match item {
            Item::Enum(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Union(item) => &item.ident,
            _ => return,
        };
        let ctxt = Ctxt::new();
        let derive = derived(attributes, keyword::ERROR_CATEGORY).then(|| ErrorDerive::of(&ctxt, item));
        if derived(attributes, keyword::LABEL_VALUE) {
            let values = LabelDerive::of(&ctxt, item).map(|derive| derive.values).unwrap_or_default();
            self.types.declare(&self.module, ident, &values);
        }
        let errors = ctxt.finish();
        if let (Some(derive), true) = (derive.flatten(), errors.is_empty()) {
            let mut error = describe::error_type(&derive, ident);
            error.module.clone_from(&self.module);
            error.place = self.place(ident);
            self.into.errors.push(error);
        }
        self.errors.extend(errors);
    }

    /// The attributes of an item that is compiled, with `cfg_attr` resolved.
    fn attributes(&mut self, attributes: &[Attribute]) -> Option<Vec<Attribute>> {
        let mut resolved = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            match conditional(attribute) {
                Some(Ok((condition, inner))) => {
                    if (self.active)(&[condition]) {
                        resolved.extend(inner);
                    }
                }
                Some(Err(error)) => self.errors.push(error),
                None => resolved.push(attribute.clone()),
            }
        }
        (self.active)(&resolved).then_some(resolved)
    }

    fn place(&self, ident: &Ident) -> Place {
        let start = ident.span().start();
        Place { file: self.file.to_owned(), line: start.line as u32, column: start.column as u32 + 1 }
    }
}

/// Finds items within bodies and expressions, which no attribute around them reaches.
struct Nested<'w, 'a>(&'w mut Walker<'a>);

impl<'ast> Visit<'ast> for Nested<'_, '_> {
    fn visit_item(&mut self, item: &'ast Item) {
        self.0.item(item, None);
    }
}

/// A `#[cfg_attr(condition, attribute, …)]` as `#[cfg(condition)]` and the attributes.
fn conditional(attribute: &Attribute) -> Option<syn::Result<(Attribute, Vec<Attribute>)>> {
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let parsed = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    Some(parsed.map(|metas| {
        let mut metas = metas.into_iter();
        let condition = metas.next();
        (parse_quote!(#[cfg(#condition)]), metas.map(|meta| parse_quote!(#[#meta])).collect())
    }))
}

/// Whether a derive macro is among the attributes.
fn derived(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("derive")).any(|attribute| {
        attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).is_ok_and(|paths| {
            paths.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == name))
        })
    })
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        _ => &[],
    }
}
