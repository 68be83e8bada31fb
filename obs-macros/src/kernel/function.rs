//! One function that launches a kernel.

use super::launch;
use crate::docs;
use crate::emit::{self, Runtime};
use crate::item::{Body, Function};
use crate::wrap;
use obs_model::catalogue;
use obs_model::grammar::check::On;
use obs_model::grammar::{KernelArgs, describe, shape};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::Type;

/// The function with its body as a launch of the kernel.
pub(super) fn expand(args: &KernelArgs, function: &Function) -> TokenStream {
    let Some(body) = &function.body else { return function.to_token_stream() };
    let v1 = Runtime::of_kernels(args.krate.as_ref());
    let desc = describe::kernel(args, &function.attrs, On::Function(&function.sig));
    let kernel = kernel(&v1, args, function, &desc);
    let mut outer = function.clone();
    outer.attrs.extend(docs::kernel(&desc));
    let launch = launch::launch(&v1, args);
    let evaluated = launch::evaluated(args);
    let watched = match shape::future(&function.sig) {
        None => sync(&v1, launch, &mut outer, body, &evaluated),
        Some(shape::Future::Async) => Ok(asynchronous(&v1, launch, &mut outer, body, &evaluated)),
        Some(shape::Future::Opaque(output)) => {
            returned(&v1, launch, &mut outer, body, &evaluated, (output, false))
        }
        Some(shape::Future::Boxed(output)) => {
            returned(&v1, launch, &mut outer, body, &evaluated, (output, true))
        }
    };
    match watched {
        Ok(watched) => outer.with(body, quote!(#kernel #watched)),
        // A body that had to be read and could not: the compiler says why.
        Err(_) => function.to_token_stream(),
    }
}

/// The static that describes the kernel and holds its counts, and its entry in the registry.
fn kernel(v1: &Runtime, args: &KernelArgs, function: &Function, desc: &catalogue::Kernel) -> TokenStream {
    let sig = &function.sig;
    let params: Vec<Ident> = sig.generics.type_params().map(|param| param.ident.clone()).collect();
    let errors = emit::errors(v1, sig, false, &params);
    let desc = emit::kernel_desc(v1, args, &sig.ident, desc, &errors);
    quote! {
        static __OBS_KERNEL: #v1::Kernel = #v1::Kernel::described(&#desc);
        #v1::inventory::submit! { #v1::Entry::kernel(&__OBS_KERNEL) }
    }
}

fn sync(
    v1: &Runtime,
    launch: TokenStream,
    function: &mut Function,
    body: &Body,
    evaluated: &TokenStream,
) -> syn::Result<TokenStream> {
    let ret = shape::returned(&function.sig).cloned();
    if !is_read(ret.as_ref()) {
        let block = wrap::last(body);
        return Ok(quote!(let __obs_launch = #launch.unread(); #block));
    }
    let value = wrap::contained(v1, function, body, ret.as_ref(), evaluated)?;
    let annotation = wrap::annotated(ret.as_ref());
    Ok(quote! {
        let __obs_launch = #launch;
        let __obs_ret #annotation = #value;
        #[allow(unreachable_code)]
        __obs_launch.finish(#v1::class!(&__obs_ret));
        __obs_ret
    })
}

/// The launch is a statement of its own, so that what its expressions borrow or lock is over before the body.
fn asynchronous(
    v1: &Runtime,
    launch: TokenStream,
    function: &mut Function,
    body: &Body,
    evaluated: &TokenStream,
) -> TokenStream {
    let ret = shape::returned(&function.sig).cloned();
    let future = wrap::awaited(v1, function, body, ret.as_ref(), evaluated);
    let reader = reader(v1, ret.as_ref(), true);
    quote!(let __obs_launch = #launch; #v1::future(__obs_launch, #future, #reader).await)
}

/// A function that returns a future. The launch starts before its statements, which may be what launches.
fn returned(
    v1: &Runtime,
    launch: TokenStream,
    function: &mut Function,
    body: &Body,
    evaluated: &TokenStream,
    (output, boxed): (Option<&Type>, bool),
) -> syn::Result<TokenStream> {
    let reader = reader(v1, output, output.is_some());
    let tail = wrap::split(body)?;
    let around = |future: TokenStream| quote!(#v1::future(__obs_launch, #future, #reader));
    let watched = wrap::wrap_future(v1, function, body, tail, boxed, evaluated, around)?;
    Ok(quote!(let __obs_launch = #launch; #watched))
}

/// Whether returned values are looked at.
fn is_read(ret: Option<&Type>) -> bool {
    ret.is_some_and(|ret| !shape::infallible(ret))
}

/// What reads a future's output: a function of a reference to it.
fn reader(v1: &Runtime, ret: Option<&Type>, known: bool) -> TokenStream {
    if known && !is_read(ret) {
        return quote!(#v1::ok);
    }
    wrap::reader(ret, known, &quote!(#v1::class!(__obs_ret)))
}
