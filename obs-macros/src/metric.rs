//! `#[metric]`: arguments and item, checks, expansion.

mod function;
mod value;

use crate::docs;
use crate::emit::{self, Runtime};
use crate::item::{Function, Target};
use crate::observe::OFF;
use obs_model::catalogue::{self, Source};
use obs_model::grammar::check::{self, On};
use obs_model::grammar::{Bound, Ctxt, MetricArgs, describe, keyword, observe};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ItemStatic, Signature};

/// The attribute on whatever it stands on.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let ctxt = Ctxt::new();
    let args = MetricArgs::parse(&ctxt, args);
    let expanded = match Target::of(&item) {
        Ok(Target::Function(function)) => on_function(&ctxt, args, *function),
        Ok(Target::Static(item)) => on_static(&ctxt, &args, &item),
        Ok(Target::Block | Target::Other) => {
            ctxt.error_in(&item, "`#[metric]` stands on a static or a function");
            item
        }
        // Somebody is typing: what is there goes through as it is, for the compiler to judge.
        Err(_) => item,
    };
    let errors = ctxt.finish().into_iter().map(|error| error.to_compile_error());
    quote!(#(#errors)* #expanded)
}

fn on_static(ctxt: &Ctxt, args: &MetricArgs, item: &ItemStatic) -> TokenStream {
    check::metric(ctxt, args, On::Static(item));
    let Some(desc) = describe::metric(args, &item.attrs, false).filter(|_| ctxt.is_clean()) else {
        return item.to_token_stream();
    };
    if OFF {
        // An entry uses it.
        return quote!(#[allow(dead_code)] #item);
    }
    let v1 = Runtime::at(args.krate.as_ref());
    let ident = &item.ident;
    let docs = docs::metric(&desc);
    let desc = emit::metric_desc(&v1, args, ident, &desc);
    // What removes the static removes its entry.
    let conditions = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    quote! {
        #docs
        #item
        #(#conditions)*
        const _: () = {
            #v1::submit_static!(#desc, #ident);
        };
    }
}

/// A metric that is about to be written into a function.
struct OnFunction {
    args: MetricArgs,
    desc: catalogue::Metric,
}

fn on_function(ctxt: &Ctxt, args: MetricArgs, mut function: Function) -> TokenStream {
    // One expansion for all metrics of the function, so that its body is wrapped once.
    let (ours, others): (Vec<_>, Vec<_>) =
        function.attrs.drain(..).partition(|attribute| observe::is(attribute, keyword::METRIC));
    function.attrs = others;
    let mut all = vec![args];
    all.extend(ours.iter().map(|attribute| MetricArgs::of(ctxt, attribute)));
    check::function(ctxt, keyword::METRIC, &function.sig, function.body.is_some());
    for args in &all {
        check::metric(ctxt, args, On::Function(&function.sig));
    }
    check::metrics(ctxt, &all);
    if !ctxt.is_clean() {
        return function.plain(ctxt);
    }
    let described: Vec<OnFunction> = all
        .into_iter()
        .filter_map(|args| {
            let desc = describe::metric(&args, &function.attrs, true)?;
            Some(OnFunction { args, desc })
        })
        .collect();
    function.attrs.extend(described.iter().filter_map(|metric| docs::metric(&metric.desc)));
    let (polled, counted): (Vec<_>, Vec<_>) =
        described.into_iter().partition(|metric| metric.desc.source == Source::Polled);
    if OFF {
        // Without an entry nothing calls a polled function, which is no reason to warn of it.
        let allowed = (!polled.is_empty()).then(|| quote!(#[allow(dead_code)]));
        let function = function::unmeasured(&counted, &function);
        return quote!(#allowed #function);
    }
    let polled = polled.iter().map(|metric| poll(metric, &function.sig)).collect();
    function::expand(&counted, &function, polled)
}

/// The entry of a function that is asked at each scrape.
fn poll(metric: &OnFunction, sig: &Signature) -> TokenStream {
    let (function, ty) = (&sig.ident, &sig.output);
    let v1 = Runtime::at(metric.args.krate.as_ref());
    let desc = emit::metric_desc(&v1, &metric.args, function, &metric.desc);
    // At the type, which is what may be no number.
    let reading = quote_spanned!(ty.span()=> #function());
    match metric.args.labels.as_ref().map(|labels| labels.value.as_slice()).unwrap_or_default() {
        [] => quote!(#v1::submit_polled!(#desc, #reading);),
        labels => {
            let types = labels.iter().filter_map(|label| match &label.bound {
                Bound::Type(ty) => Some(ty),
                _ => None,
            });
            let types: Vec<_> = types.collect();
            let set = match types.as_slice() {
                [one] => quote!(#one),
                several => quote!((#(#several),*)),
            };
            quote!(#v1::submit_polled_set!(#desc, #set, #reading);)
        }
    }
}
