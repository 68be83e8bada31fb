//! Putting something around a body without changing what the function does.
//!
//! A body that only runs to its end stays where it is. One that can leave early, by `return` or `?`, moves into
//! a closure or an `async` block, so that what it returns can be looked at; how the parameters move along is in
//! [`params`].

mod caller;
mod future;
mod params;
mod returned;

pub(crate) use future::{awaited, split, wrap_future};
pub(crate) use returned::{allowed, annotated, is_whole, reader, written};

use crate::emit::Runtime;
use crate::item::{Body, Function};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

/// The value of a body that may leave early, as an expression. The signature is changed along where
/// parameters need names; `evaluated` are the expressions of the attribute, which come before and use the
/// parameters.
///
/// Fails where the body would have to be read, and cannot.
pub(crate) fn contained(
    v1: &Runtime,
    function: &mut Function,
    body: &Body,
    ret: Option<&Type>,
    evaluated: &TokenStream,
) -> syn::Result<TokenStream> {
    let exits = body.exits();
    let block = body.block();
    if !exits.any() {
        return Ok(quote!(#block));
    }
    if function.is_track_caller() {
        // No closure may come between the body and the caller. What a macro hides is counted all the same.
        return if exits.written { caller::labelled(v1, body, ret) } else { Ok(quote!(#block)) };
    }
    let rebound = params::rebind(function, evaluated, false);
    let output = written(ret).map(|ty| quote!(-> #ty));
    if rebound.is_empty() {
        return Ok(quote!(#v1::run(move || #output #block)));
    }
    let ended = ended(ret, &quote!(#block));
    Ok(quote!(#v1::run(move || #output { #rebound #ended })))
}

/// The body as the last expression of a function. Its braces, which were the function's, keep its items and
/// its temporaries to itself.
pub(crate) fn last(body: &Body) -> TokenStream {
    let block = body.block();
    // The braces of a body on one line are "unnecessary", unless an attribute stands before them: any, so it
    // is one that says nothing about what is inside a body.
    quote!(#[allow(unnameable_types)] #block)
}

/// A block that yields what `block` does, a `ret`, after the temporaries of its last expression are gone: these may
/// borrow from what is declared before it.
pub(crate) fn ended(ret: Option<&Type>, block: &TokenStream) -> TokenStream {
    let (allowed, annotation) = (allowed(ret, block), annotated(ret));
    quote! {
        #allowed
        let __obs_body #annotation = #block;
        #[allow(unreachable_code, clippy::needless_return)]
        return __obs_body;
    }
}
