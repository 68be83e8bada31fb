//! Parameters that move into a closure or an `async` block.
//!
//! By itself such a block captures only what its body uses, field by field, and drops it in an order of its
//! own. So every parameter that could be dropped is declared again inside, in order: then all are captured
//! whole, and dropped as the function would drop them. References and numbers need none of that.

use crate::item::Function;
use obs_model::grammar::shape;
use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, PatType, ReceiverKind, Token, Type};

/// The statements that declare the parameters again. A pattern moves inside whole, and leaves a name in the
/// signature; unless expressions outside are `evaluated`: they use what it binds, and only the bindings move.
///
/// The expressions of our other attributes on the function are evaluated outside as well.
///
/// `held` is whether references that the body does not use are captured too: an `async fn`'s future holds
/// them, and is `Send` only if they are.
pub(super) fn rebind(function: &mut Function, evaluated: &TokenStream, held: bool) -> TokenStream {
    let mut statements = TokenStream::new();
    let evaluated = &evaluated.clone().into_iter().chain(function.to_come()).collect();
    for (position, input) in function.sig.inputs.iter_mut().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                let captured = match &receiver.kind {
                    ReceiverKind::Value => true,
                    ReceiverKind::Typed(_, ty) => held || !is_plain(ty),
                    _ => held,
                };
                if captured {
                    // `self` cannot be declared again. Being mentioned whole, it is captured whole; and what is
                    // captured is dropped last, as the first parameter is.
                    let this = &receiver.self_token;
                    statements.extend(quote!(let _ = &#this;));
                }
            }
            FnArg::Typed(input) => statements.extend(rebind_one(input, position, evaluated, held)),
        }
    }
    statements
}

fn rebind_one(input: &mut PatType, position: usize, evaluated: &TokenStream, held: bool) -> TokenStream {
    let plain = is_plain(&input.ty) && !(held && is_unused(&input.pat));
    let attrs: Vec<Attribute> = input.attrs.iter().filter(|a| moves_along(a)).cloned().collect();
    match &mut *input.pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, mutability, ident, .. }) => {
            if plain && mutability.is_none() {
                return TokenStream::new();
            }
            let mutability = mutability.take();
            input.attrs.retain(|attribute| !attribute.path().is_ident("expect"));
            let allowed = allowed(evaluated, ident);
            quote!(#(#attrs)* #allowed let #mutability #ident = #ident;)
        }
        _ if plain => TokenStream::new(),
        Pat::Wild(_) => {
            let name = format_ident!("__obs_arg{position}");
            *input.pat = syn::parse_quote!(#name);
            quote!(#(#attrs)* let #name = #name;)
        }
        pattern if !evaluated.is_empty() => {
            let mut bindings = Bindings::default();
            bindings.visit_pat_mut(pattern);
            let lets = bindings.0.iter().map(|(mutability, ident)| {
                let allowed = allowed(evaluated, ident);
                quote!(#(#attrs)* #allowed let #mutability #ident = #ident;)
            });
            quote!(#(#lets)*)
        }
        pattern => {
            let name = format_ident!("__obs_arg{position}");
            let name: Pat = syn::parse_quote!(#name);
            let pattern = std::mem::replace(pattern, name.clone());
            input.attrs.retain(|attribute| !attribute.path().is_ident("expect"));
            let mutability = borrows_mutably(quote!(#pattern)).then(<Token![mut]>::default);
            quote!(#(#attrs)* let #mutability #name = #name; #(#attrs)* let #pattern = #name;)
        }
    }
}

/// Whether a parameter says that the body does not use it.
fn is_unused(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(pattern) => pattern.ident.to_string().starts_with('_'),
        _ => false,
    }
}

/// What is no mistake of a parameter that is declared again. One that an expression of the attribute uses need
/// not be used by the body.
fn allowed(evaluated: &TokenStream, ident: &Ident) -> TokenStream {
    let used = mentions(evaluated.clone(), &ident.to_string()).then(|| quote!(, unused_variables));
    quote!(#[allow(clippy::shadow_same #used)])
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        // `format!("{name}")`
        TokenTree::Literal(literal) => literal.to_string().contains(name),
        TokenTree::Punct(_) => false,
    })
}

/// Whether `ref mut` is in a pattern.
fn borrows_mutably(tokens: TokenStream) -> bool {
    let mut by_ref = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => std::mem::replace(&mut by_ref, ident == "ref") && ident == "mut",
        TokenTree::Group(group) => borrows_mutably(group.stream()),
        _ => false,
    })
}

/// Whether values of a type are visibly never dropped.
fn is_plain(ty: &Type) -> bool {
    match shape::plain_type(ty) {
        Type::Reference(_) | Type::Ptr(_) | Type::FnPtr(_) | Type::Never(_) => true,
        Type::Tuple(tuple) => tuple.elems.iter().all(is_plain),
        Type::Array(array) => is_plain(&array.elem),
        Type::Path(path) => path.path.get_ident().is_some_and(|ident| {
            const NUMBERS: [&str; 16] = [
                "bool", "char", "f32", "f64", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
                "i64", "i128", "isize",
            ];
            NUMBERS.iter().any(|name| ident == *name)
        }),
        _ => false,
    }
}

/// Whether an attribute of a parameter also belongs to what declares it again.
fn moves_along(attribute: &Attribute) -> bool {
    ["cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid"]
        .iter()
        .any(|name| attribute.path().is_ident(name))
}

/// What a pattern binds by value. The bindings move on, and with them their `mut`.
#[derive(Default)]
struct Bindings(Vec<(Option<Token![mut]>, Ident)>);

impl VisitMut for Bindings {
    fn visit_pat_ident_mut(&mut self, pattern: &mut PatIdent) {
        // What is spelt like a constant or a unit struct is one.
        let binds = pattern.ident.to_string().starts_with(|c: char| c.is_lowercase() || c == '_');
        if pattern.by_ref.is_none() && binds {
            let mutability = pattern.mutability.take();
            // The cases of an or-pattern bind the same names.
            if self.0.iter().all(|(_, known)| *known != pattern.ident) {
                self.0.push((mutability, pattern.ident.clone()));
            }
        }
        visit_mut::visit_pat_ident_mut(self, pattern);
    }
}
