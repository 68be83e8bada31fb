//! Metrics that a function's calls update.

use super::OnFunction;
use super::value::Part;
use crate::emit::Runtime;
use crate::item::{Body, Function};
use crate::wrap;
use obs_model::grammar::{When, shape};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Type;

/// The function with `metrics` updated by its calls. `polled` are entries that only stand in its body, where
/// its name is known.
pub(super) fn expand(metrics: &[OnFunction], function: &Function, polled: TokenStream) -> TokenStream {
    let Some(body) = &function.body else { return function.to_token_stream() };
    let Some(first) = metrics.first() else {
        let block = wrap::last(body);
        return function.with(body, quote!(#polled #block));
    };
    let v1 = Runtime::at(first.args.krate.as_ref());
    let parts: Vec<Part<'_>> =
        metrics.iter().enumerate().map(|(position, metric)| Part::new(metric, position)).collect();
    let declarations = parts.iter().map(|part| part.declaration(&function.sig.ident));
    let before = parts.iter().map(Part::before);
    let mut outer = function.clone();
    match watched(&v1, &parts, &mut outer, body) {
        Ok(watched) => outer.with(body, quote!(#polled #(#declarations)* #(#before)* #watched)),
        // A body that had to be read and could not: the compiler says why.
        Err(_) => function.to_token_stream(),
    }
}

/// The function under feature `off`. What the attributes' expressions name would be unused without them, so they
/// are there to be checked, and never run.
pub(super) fn unmeasured(metrics: &[OnFunction], function: &Function) -> TokenStream {
    let parts = metrics.iter().enumerate().map(|(position, metric)| Part::new(metric, position));
    let parts: Vec<Part<'_>> = parts.filter(|part| !part.evaluated().is_empty()).collect();
    let Some(body) = function.body.as_ref().filter(|_| !parts.is_empty()) else {
        return function.to_token_stream();
    };
    let statics = parts.iter().map(|part| part.item(&function.sig.ident));
    let before = parts.iter().map(Part::before);
    // What is recorded says what type it is.
    let records = parts.iter().map(Part::record);
    let block = wrap::last(body);
    function.with(body, quote!(if false { #(#statics)* #(#before)* #(#records;)* } #block))
}

/// The body with the updates behind it.
fn watched(
    v1: &Runtime,
    parts: &[Part<'_>],
    function: &mut Function,
    body: &Body,
) -> syn::Result<TokenStream> {
    let evaluated = &parts.iter().map(Part::evaluated).collect::<TokenStream>();
    let output = shape::yielded(&function.sig).cloned();
    let after = after(v1, parts, output.as_ref());
    let read = |value: TokenStream, known: bool| {
        let output = output.as_ref().filter(|_| known);
        let allowed = wrap::allowed(output, &value);
        let annotation = if known { wrap::annotated(output) } else { TokenStream::new() };
        // Even where a value is `()`: a call that panics gets no further.
        quote! {
            #allowed
            #[allow(clippy::let_unit_value)]
            let __obs_ret #annotation = #value;
            #after
            __obs_ret
        }
    };
    match shape::future(&function.sig) {
        None if matches!(output.as_ref().map(shape::plain_type), Some(Type::Never(_))) => {
            Ok(wrap::last(body))
        }
        None => Ok(read(wrap::contained(v1, function, body, output.as_ref(), evaluated)?, true)),
        Some(shape::Future::Async) => {
            let future = wrap::awaited(v1, function, body, output.as_ref(), evaluated);
            Ok(read(quote!(#future.await), true))
        }
        Some(shape::Future::Opaque(known) | shape::Future::Boxed(known)) => {
            let known = known.is_some();
            let boxed = matches!(shape::future(&function.sig), Some(shape::Future::Boxed(_)));
            let tail = wrap::split(body)?;
            let around = |future: TokenStream| {
                let read = read(quote!((#future).await), known);
                quote!(async move { #read })
            };
            wrap::wrap_future(v1, function, body, tail, boxed, evaluated, around)
        }
    }
}

/// The updates behind a body that has returned.
fn after(v1: &Runtime, parts: &[Part<'_>], output: Option<&Type>) -> TokenStream {
    let records = |when: When| {
        let of = parts.iter().filter(|part| part.when() == when);
        let records: TokenStream = of
            .clone()
            .map(|part| {
                let record = part.record();
                quote!(#record;)
            })
            .collect();
        let ending =
            of.clone().any(Part::says_how).then(|| quote!(let __obs_ending = #v1::Ending::of(__obs_class);));
        quote!(#ending #records)
    };
    let (ok, error) = (records(When::Ok), records(When::Error));
    // A guard is told how the call ended; one that need not know is mentioned, so that it lasts as long as a future.
    let guards: TokenStream = parts
        .iter()
        .filter_map(|part| {
            let guard = part.guard()?;
            Some(match part.says_how() {
                true => quote!(#v1::OnEnd::ended(&mut #guard, __obs_class);),
                false => quote!(let _ = &#guard;),
            })
        })
        .collect();
    let says_how = parts.iter().any(Part::says_how);
    if output.is_some_and(|output| !shape::infallible(output))
        && (says_how || !(ok.is_empty() && error.is_empty()))
    {
        return quote! {
            #[allow(unreachable_code)]
            {
                let __obs_class = #v1::class!(&__obs_ret);
                #guards
                match __obs_class {
                    #v1::Class::Ok => { #ok }
                    #v1::Class::Error(_) => { #error }
                }
            }
        };
    }
    let class = says_how.then(|| quote!(let __obs_class = #v1::Class::Ok;));
    if ok.is_empty() && guards.is_empty() {
        return TokenStream::new();
    }
    quote!(#[allow(unreachable_code)] { #class #guards #ok })
}
