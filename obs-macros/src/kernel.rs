//! `#[gpu_kernel]`: arguments and item, checks, expansion.

mod function;
mod launch;

use crate::docs;
use crate::emit::{self, Runtime};
use crate::item::{Function, Target};
use crate::observe::OFF;
use obs_model::grammar::check::{self, On};
use obs_model::grammar::{Ctxt, KernelArgs, describe, kernel, keyword, observe};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ItemStatic};

/// The attribute on whatever it stands on.
pub(crate) fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let ctxt = Ctxt::new();
    let args = KernelArgs::parse(&ctxt, args);
    let expanded = match Target::of(&item) {
        Ok(Target::Function(function)) => on_function(&ctxt, &args, *function),
        Ok(Target::Static(item)) => on_static(&ctxt, &args, *item),
        Ok(Target::Block) => {
            ctxt.error(
                Span::call_site(),
                "`#[gpu_kernel]` is about one kernel; put it on each function that launches one",
            );
            item
        }
        Ok(Target::Other) => {
            ctxt.error_in(
                &item,
                "`#[gpu_kernel]` stands on a function that launches work, or on a static `Kernel`",
            );
            item
        }
        // Somebody is typing: what is there goes through as it is, for the compiler to judge.
        Err(_) => item,
    };
    let errors = ctxt.finish().into_iter().map(|error| error.to_compile_error());
    quote!(#(#errors)* #expanded)
}

fn on_function(ctxt: &Ctxt, args: &KernelArgs, mut function: Function) -> TokenStream {
    for second in function.attrs.iter().filter(|attribute| observe::is(attribute, keyword::GPU_KERNEL)) {
        ctxt.error_in(second.path(), kernel::TWICE);
    }
    function.strip(keyword::GPU_KERNEL);
    check::kernel(ctxt, args, On::Function(&function.sig), function.body.is_some());
    if !ctxt.is_clean() {
        return function.plain(ctxt);
    }
    function::expand(args, &function)
}

fn on_static(ctxt: &Ctxt, args: &KernelArgs, mut item: ItemStatic) -> TokenStream {
    for second in item.attrs.iter().filter(|attribute| observe::is(attribute, keyword::GPU_KERNEL)) {
        ctxt.error_in(second.path(), kernel::TWICE);
    }
    item.attrs.retain(|attribute| !observe::is(attribute, keyword::GPU_KERNEL));
    check::kernel(ctxt, args, On::Static(&item), true);
    if !ctxt.is_clean() {
        return item.to_token_stream();
    }
    if OFF {
        // An entry uses it.
        return quote!(#[allow(dead_code)] #item);
    }
    let v1 = Runtime::of_kernels(args.krate.as_ref());
    let desc = describe::kernel(args, &item.attrs, On::Static(&item));
    // Launches are ended by results of any type.
    let described = emit::kernel_desc(&v1, args, &item.ident, &desc, &quote!(#v1::Errors::UNKNOWN));
    item.attrs.extend(docs::kernel(&desc));
    let (ident, ty, written) = (&item.ident, &item.ty, &item.expr);
    // What the user wrote has to be right, and is not what the static holds. At the type, which may be another.
    let (at, there) = (Span::call_site().located_at(ty.span()), v1.located(ty.span()));
    let value = quote_spanned!(at=> { const _: #ty = #written; #there::Kernel::described(&#described) });
    // What removes the static removes its entry.
    let conditions = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let reference = quote_spanned!(at=> &#ident);
    let entry = quote! {
        #(#conditions)*
        const _: () = {
            #v1::inventory::submit! { #v1::Entry::kernel(#reference) }
        };
    };
    *item.expr = Expr::Verbatim(value);
    quote!(#item #entry)
}
