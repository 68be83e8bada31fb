//! One function that launches a kernel.

use super::launch;
use crate::docs;
use crate::emit::{self, Runtime};
use crate::item::{Body, Function};
use crate::observe::OFF;
use crate::wrap;
use obs_model::catalogue;
use obs_model::grammar::check::On;
use obs_model::grammar::{KernelArgs, describe, shape};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The function with its body as a launch of the kernel.
pub(super) fn expand(args: &KernelArgs, function: &Function) -> TokenStream {
    let Some(body) = &function.body else { return function.to_token_stream() };
    let v1 = Runtime::of_kernels(args.krate.as_ref());
    let desc = describe::kernel(args, &function.attrs, On::Function(&function.sig));
    let kernel = kernel(&v1, args, function, &desc);
    if OFF {
        return unlaunched(&v1, args, function, body, &kernel);
    }
    let entry = quote!(#v1::inventory::submit! { #v1::Entry::kernel(&__OBS_KERNEL) });
    let mut outer = function.clone();
    outer.attrs.extend(docs::kernel(&desc));
    let evaluated = &launch::evaluated(args);
    let (ret, future) = (shape::yielded(&function.sig), shape::future(&function.sig));
    let is_read = ret.is_some_and(|ret| !shape::infallible(ret));
    let begin = launch::begin(&v1, args, is_read || future.is_some());
    let class = quote!(#v1::class!(__obs_ret));
    let reader = |known: bool| match is_read || !known {
        true => wrap::reader(ret, known, &class),
        false => quote!(#v1::ok),
    };
    let watched = match future {
        None if is_read => read(&v1, &mut outer, body, evaluated),
        None => Ok(wrap::last(body)),
        Some(shape::Future::Async) => {
            let (future, reader) = (wrap::awaited(&v1, &mut outer, body, ret, evaluated), reader(true));
            Ok(quote!(#v1::future(__obs_launch, #future, #reader).await))
        }
        // The launch begins before the statements of a function that returns a future: they may be what launches.
        Some(shape::Future::Opaque(output)) => {
            returned(&v1, &mut outer, body, evaluated, &reader(output.is_some()), false)
        }
        Some(shape::Future::Boxed(output)) => {
            returned(&v1, &mut outer, body, evaluated, &reader(output.is_some()), true)
        }
    };
    match watched {
        Ok(watched) => outer.with(body, quote!(#kernel #entry #begin #watched)),
        // A body that had to be read and could not: the compiler says why.
        Err(_) => function.to_token_stream(),
    }
}

/// A body whose value is looked at.
fn read(
    v1: &Runtime,
    function: &mut Function,
    body: &Body,
    evaluated: &TokenStream,
) -> syn::Result<TokenStream> {
    let ret = shape::returned(&function.sig).cloned();
    let value = wrap::contained(v1, function, body, ret.as_ref(), evaluated)?;
    let (allowed, annotation) = (wrap::allowed(ret.as_ref(), &value), wrap::annotated(ret.as_ref()));
    Ok(quote! {
        #allowed
        let __obs_ret #annotation = #value;
        #[allow(unreachable_code)]
        __obs_launch.finish(#v1::class!(&__obs_ret));
        __obs_ret
    })
}

/// A body that returns a future; `reader` reads that one's output.
fn returned(
    v1: &Runtime,
    function: &mut Function,
    body: &Body,
    evaluated: &TokenStream,
    reader: &TokenStream,
    boxed: bool,
) -> syn::Result<TokenStream> {
    let tail = wrap::split(body)?;
    let around = |future: TokenStream| quote!(#v1::future(__obs_launch, #future, #reader));
    wrap::wrap_future(v1, function, body, tail, boxed, evaluated, around)
}

/// The function under feature `off`. What its attribute's expressions name would be unused without them, so they
/// are there to be checked, and never run.
fn unlaunched(
    v1: &Runtime,
    args: &KernelArgs,
    function: &Function,
    body: &Body,
    kernel: &TokenStream,
) -> TokenStream {
    let begin = launch::begin(v1, args, true);
    let block = wrap::last(body);
    function.with(body, quote!(if false { #kernel #begin } #block))
}

/// The static that describes the kernel and holds its counts.
fn kernel(v1: &Runtime, args: &KernelArgs, function: &Function, desc: &catalogue::Kernel) -> TokenStream {
    let sig = &function.sig;
    let errors = emit::errors(v1, sig, false, &emit::Params::of(sig, None));
    let desc = emit::kernel_desc(v1, args, &sig.ident, desc, &errors);
    quote! {
        #[allow(clippy::needless_update)] // Its base stands there for what may be added.
        static __OBS_KERNEL: #v1::Kernel = #v1::Kernel::described(&#desc);
    }
}
