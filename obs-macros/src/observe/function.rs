//! One observed function.

use super::call::{self, Callee};
use crate::docs;
use crate::emit::{self, Runtime};
use crate::item::{self, Body, Function};
use crate::wrap;
use obs_model::catalogue;
use obs_model::grammar::{ObserveArgs, describe, shape};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

/// The function with its calls observed. `owner` is the type of the block around it, `around` that block's
/// parameters; `None` where the attribute is the function's own. `keeps_async` is whether another attribute of the block has yet to see an `async fn`.
pub(super) fn expand(
    args: &ObserveArgs,
    function: &Function,
    owner: Option<&str>,
    around: Option<&[Ident]>,
    keeps_async: bool,
) -> TokenStream {
    let Some(body) = &function.body else { return function.to_token_stream() };
    let v1 = Runtime::at(args.krate.as_ref());
    let desc = describe::function(args, &function.attrs, &function.sig, owner);
    let site = site(&v1, args, function, &desc, around);
    if super::OFF {
        return unobserved(&v1, args, function, body, &site);
    }
    let entry = quote!(#v1::inventory::submit! { &__OBS_SITE });
    let mut outer = function.clone();
    outer.attrs.extend(docs::function(&desc));
    let watched = match shape::future(&function.sig) {
        None => sync(&v1, args, &mut outer, body),
        Some(shape::Future::Async) if is_deferrable(args, function, keeps_async) => {
            Ok(deferred(&v1, args, &mut outer, body))
        }
        Some(shape::Future::Async) => Ok(asynchronous(&v1, args, &mut outer, body)),
        Some(shape::Future::Opaque(output)) => returned(&v1, args, &mut outer, body, output, false),
        Some(shape::Future::Boxed(output)) => returned(&v1, args, &mut outer, body, output, true),
    };
    match watched {
        Ok(watched) => outer.with(body, quote!(#site #entry #watched)),
        // A body that had to be read and could not: the compiler says why.
        Err(_) => function.to_token_stream(),
    }
}

/// The function under feature `off`. What its attribute's expressions name would be unused without them, so they
/// are there to be checked, and never run.
fn unobserved(
    v1: &Runtime,
    args: &ObserveArgs,
    function: &Function,
    body: &Body,
    site: &TokenStream,
) -> TokenStream {
    let mut named = TokenStream::new();
    if !call::evaluated(args).is_empty() {
        let enter = call::enter(v1, args, Callee::Sync);
        named.extend(quote!(let _ = #enter;));
    }
    let yielded = shape::yielded(&function.sig).filter(|ty| is_judged(args) && wrap::is_whole(ty));
    if let Some(ty) = yielded {
        let class = class(v1, args, &quote!(&#v1::never::<#ty>()));
        named.extend(quote!(let _ = #class;));
    }
    if named.is_empty() {
        return function.to_token_stream();
    }
    let block = wrap::last(body);
    function.with(body, quote!(if false { #site #named } #block))
}

/// The static that describes the function and holds its counts.
fn site(
    v1: &Runtime,
    args: &ObserveArgs,
    function: &Function,
    desc: &catalogue::Function,
    around: Option<&[Ident]>,
) -> TokenStream {
    let params = emit::Params::of(&function.sig, around);
    let errors = emit::errors(v1, &function.sig, is_judged(args), &params);
    let site = emit::site(v1, args, function, desc, &errors);
    quote!(static __OBS_SITE: #v1::Site = #site;)
}

fn sync(v1: &Runtime, args: &ObserveArgs, function: &mut Function, body: &Body) -> syn::Result<TokenStream> {
    let ret = shape::returned(&function.sig).cloned();
    let enter = call::enter(v1, args, Callee::Sync);
    if !is_read(args, ret.as_ref()) {
        let block = wrap::last(body);
        return Ok(quote!(let __obs_call = #enter.unread(); #block));
    }
    let value = wrap::contained(v1, function, body, ret.as_ref(), &call::evaluated(args))?;
    let (allowed, annotation) = (wrap::allowed(ret.as_ref(), &value), wrap::annotated(ret.as_ref()));
    let class = class(v1, args, &quote!(&__obs_ret));
    Ok(quote! {
        let __obs_call = #enter;
        #allowed
        let __obs_ret #annotation = #value;
        #[allow(unreachable_code)]
        __obs_call.finish(#class);
        __obs_ret
    })
}

fn asynchronous(v1: &Runtime, args: &ObserveArgs, function: &mut Function, body: &Body) -> TokenStream {
    let ret = shape::returned(&function.sig).cloned();
    let future = wrap::awaited(v1, function, body, ret.as_ref(), &call::evaluated(args));
    let enter = call::enter(v1, args, Callee::Async);
    let class = reader(v1, args, ret.as_ref(), true);
    // In one expression: the call's span is on the thread's stack from `enter` on.
    quote!(#v1::awaited(#enter, #future, #class).await)
}

/// An `async fn` as a function that returns its future.
fn deferred(v1: &Runtime, args: &ObserveArgs, function: &mut Function, body: &Body) -> TokenStream {
    let ret = shape::returned(&function.sig).cloned();
    let future = wrap::awaited(v1, function, body, ret.as_ref(), &TokenStream::new());
    let output = ret.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    let reader = match is_read(args, ret.as_ref()) {
        true => quote!(#v1::reader!(#output)),
        false => quote!(#v1::Unreadable),
    };
    function.sig.asyncness = None;
    // The compiler speaks of an `async fn`'s future at its return type.
    let place = ret.as_ref().map_or_else(|| function.sig.ident.span(), Spanned::span);
    let at = Span::call_site().located_at(place);
    let future_trait = v1.located(at);
    let opaque = Type::Verbatim(quote_spanned!(at=> impl #future_trait::Future<Output = #output>));
    function.sig.output = ReturnType::Type(Default::default(), Box::new(opaque));
    quote!(#v1::deferred(&__OBS_SITE, #future, #reader))
}

/// Whether an `async fn` may become a function that returns its future. To its callers they are the same;
/// to attributes that are still to come they are not, nor to what needs the arguments when the call starts.
fn is_deferrable(args: &ObserveArgs, function: &Function, keeps_async: bool) -> bool {
    let ret = shape::returned(&function.sig);
    // Documentation says `async fn`.
    !docs::is_rustdoc()
        && !keeps_async
        && !is_judged(args)
        && call::is_bare(args)
        && function.attrs.iter().all(item::is_inert)
        && !is_named_like_std(function)
        && ret.is_none_or(|ret| wrap::is_whole(ret) && !matches!(shape::plain_type(ret), Type::Never(_)))
}

/// Whether it is called as a method of the standard library's traits. Clippy takes such a method for one of
/// them (`should_implement_trait`), unless it is an `async fn`.
fn is_named_like_std(function: &Function) -> bool {
    const NAMES: [&str; 30] = [
        "add",
        "as_mut",
        "as_ref",
        "bitand",
        "bitor",
        "bitxor",
        "borrow",
        "borrow_mut",
        "clone",
        "cmp",
        "default",
        "deref",
        "deref_mut",
        "div",
        "drop",
        "eq",
        "from_iter",
        "from_str",
        "hash",
        "index",
        "index_mut",
        "into_iter",
        "mul",
        "neg",
        "next",
        "not",
        "rem",
        "shl",
        "shr",
        "sub",
    ];
    NAMES.iter().any(|name| function.sig.ident == *name)
}

/// A function that returns a future. The call starts before its statements, whose work is part of it.
fn returned(
    v1: &Runtime,
    args: &ObserveArgs,
    function: &mut Function,
    body: &Body,
    output: Option<&Type>,
    boxed: bool,
) -> syn::Result<TokenStream> {
    let enter = call::enter(v1, args, Callee::Returning);
    let class = reader(v1, args, output, output.is_some());
    let tail = wrap::split(body)?;
    let around = |future: TokenStream| quote!(#v1::future(__obs_call, #future, #class));
    let watched = wrap::wrap_future(v1, function, body, tail, boxed, &call::evaluated(args), around)?;
    Ok(quote!(let __obs_call = #enter; #watched))
}

/// Whether the attribute says which returned values are errors.
fn is_judged(args: &ObserveArgs) -> bool {
    args.ok_if.is_some() || args.error_if.is_some()
}

/// Whether returned values are looked at.
fn is_read(args: &ObserveArgs, ret: Option<&Type>) -> bool {
    is_judged(args) || ret.is_some_and(|ret| !shape::infallible(ret))
}

/// What reads a future's output: a function of a reference to it.
fn reader(v1: &Runtime, args: &ObserveArgs, ret: Option<&Type>, known: bool) -> TokenStream {
    if known && !is_read(args, ret) {
        return quote!(#v1::ok);
    }
    wrap::reader(ret, known, &class(v1, args, &quote!(__obs_ret)))
}

/// The class of a returned value, by a reference to it.
fn class(v1: &Runtime, args: &ObserveArgs, value: &TokenStream) -> TokenStream {
    let class = quote!(#v1::class!(#value));
    if let Some(ok_if) = &args.ok_if {
        let ok_if = &ok_if.value;
        let at = v1.located(ok_if.span());
        let test = quote_spanned!(ok_if.span()=> #at::test(#value, #ok_if));
        return quote!(if #test { #v1::Class::Ok } else { #class.or_other() });
    }
    if let Some(error_if) = &args.error_if {
        let error_if = &error_if.value;
        let at = v1.located(error_if.span());
        let test = quote_spanned!(error_if.span()=> #at::test(#value, #error_if));
        return quote!(if #test { #class.or_other() } else { #v1::Class::Ok });
    }
    class
}
