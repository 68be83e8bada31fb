//! The start of a launch: its stream, its labels, and how much it does.

use crate::emit::Runtime;
use crate::observe::labels;
use obs_model::grammar::{KernelArgs, Label};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// `let __obs_launch = launch(&__OBS_KERNEL, …);`
///
/// A statement of its own, so that what its expressions lock is free before the body. The stream is given as it is: what
/// the expression yields is held until the launch ends, and only what it borrows itself stays borrowed. `is_read` is
/// whether a returned value will say how the launch ended.
pub(super) fn begin(v1: &Runtime, args: &KernelArgs, is_read: bool) -> TokenStream {
    // One that is missing has been reported.
    let stream = args.stream.iter().map(|given| &given.value);
    let given = args.labels.as_ref().map(|labels| labels.value.as_slice()).unwrap_or_default();
    let labels = labels(v1, given, &format_ident!("__OBS_KERNEL"));
    let work = work(v1, args);
    let unread = (!is_read).then(|| quote!(.unread()));
    // The base of `Work` stands there for what may be added to it.
    let is_whole = args.bytes.is_some()
        && args.flops.is_some()
        && args.items.is_some()
        && args.grid.is_some()
        && args.block.is_some();
    let allowed = is_whole.then(|| quote!(#[allow(clippy::needless_update)]));
    quote!(#allowed let __obs_launch = #v1::launch(&__OBS_KERNEL, #(#stream)*, #labels, #work)#unread;)
}

/// The attribute's expressions, in the order in which a launch evaluates them.
pub(super) fn evaluated(args: &KernelArgs) -> TokenStream {
    let labels = args.labels.iter().flat_map(|labels| &labels.value).filter_map(Label::expr);
    let amounts = [&args.bytes, &args.flops, &args.items].into_iter().flatten();
    let sizes = [&args.grid, &args.block].into_iter().flatten().map(|given| &given.value);
    let stream = args.stream.iter().map(|given| &given.value);
    let all = stream.chain(labels).chain(amounts.filter_map(|given| given.value.as_ref())).chain(sizes);
    quote!(#(#all,)*)
}

/// `Work { … }`
fn work(v1: &Runtime, args: &KernelArgs) -> TokenStream {
    let mut given = TokenStream::new();
    let mut field = |name: &str, value: &dyn ToTokens, at: Span, read: &str| {
        let name = Ident::new(name, Span::call_site());
        let read = Ident::new(read, at);
        let value = quote_spanned!(at=> #v1::#read(#value));
        given.extend(quote!(#name: #value,));
    };
    for (name, amount) in [("bytes", &args.bytes), ("flops", &args.flops), ("items", &args.items)] {
        if let Some(value) = amount.as_ref().and_then(|given| given.value.as_ref()) {
            field(name, value, value.span(), "amount");
        }
    }
    for (name, size) in [("grid", &args.grid), ("block", &args.block)] {
        if let Some(size) = size {
            field(name, &size.value, size.value.span(), "dim");
        }
    }
    if given.is_empty() { quote!(#v1::Work::NONE) } else { quote!(#v1::Work { #given ..#v1::Work::NONE }) }
}
