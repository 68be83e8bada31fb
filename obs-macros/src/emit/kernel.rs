//! Kernels.

use super::{Runtime, buckets, labels, nanos, number, place, slo};
use obs_model::catalogue::{self, Every};
use obs_model::grammar::KernelArgs;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// `KernelDesc { … }`. `ident` is the item that the kernel stands on.
pub(crate) fn kernel_desc(
    v1: &Runtime,
    args: &KernelArgs,
    ident: &Ident,
    desc: &catalogue::Kernel,
    errors: &TokenStream,
) -> TokenStream {
    let mut given = place(v1, &desc.name, ident);
    let mut field = |name: &str, value: TokenStream| {
        let name = Ident::new(name, Span::call_site());
        given.extend(quote!(#name: #value,));
    };
    if !desc.help.is_empty() {
        let help = &desc.help;
        field("help", quote!(#help));
    }
    if !desc.labels.is_empty() {
        field("labels", labels(v1, &desc.labels));
    }
    if let Some(given) = &args.buckets {
        field("buckets", buckets(given));
    }
    if let Every::Nth(every) = desc.every {
        let every = number(every.get());
        field("every", quote!(#every));
    }
    for (name, amount) in [("bytes", desc.bytes), ("flops", desc.flops), ("items", desc.items)] {
        if amount {
            field(name, quote!(true));
        }
    }
    if let Some(slow) = desc.slow {
        let slow = nanos(slow);
        field("slow", quote!(#v1::Some(#slow)));
    }
    if let Some(objective) = &desc.slo {
        let objective = slo(v1, objective);
        field("slo", quote!(#v1::Some(#objective)));
    }
    for (name, text) in [("runbook", &desc.runbook), ("dashboard", &desc.dashboard)] {
        if let Some(text) = text {
            field(name, quote!(#v1::Some(#text)));
        }
    }
    field("errors", errors.clone());
    quote!(#v1::KernelDesc { #given ..#v1::KernelDesc::DEFAULT })
}
