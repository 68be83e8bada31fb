//! The start of a call: labels, fields, and the span.

use crate::emit::Runtime;
use obs_model::grammar::{Bound, Field, Label, Mode, ObserveArgs};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

/// What a call is a call of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Callee {
    /// A function whose end is the end of the call.
    Sync,
    /// An `async fn`, whose body is a future that is awaited where the call starts.
    Async,
    /// A function that returns a future, which is polled some time and anywhere.
    Returning,
}

/// `enter…(&__OBS_SITE, …)`.
pub(super) fn enter(v1: &Runtime, args: &ObserveArgs, callee: Callee) -> TokenStream {
    let name = |suffix: &str| match callee {
        Callee::Sync => format_ident!("enter{suffix}"),
        Callee::Async => format_ident!("enter_awaited{suffix}"),
        Callee::Returning => format_ident!("enter_async{suffix}"),
    };
    let labels = args.labels.as_ref().map(|labels| labels.value.as_slice()).unwrap_or_default();
    if args.no_metrics.is_some() {
        let (enter, span) = (name("_span"), span(v1, args));
        return quote!(#v1::#enter(&__OBS_SITE, #span));
    }
    if !labels.is_empty() {
        let (enter, span) = (name("_with"), span(v1, args));
        let labels = self::labels(v1, labels, &format_ident!("__OBS_SITE"));
        return quote!(#v1::#enter(&__OBS_SITE, #labels, #span));
    }
    if names_values(args) {
        let (enter, span) = (name("_fields"), span(v1, args));
        return quote!(#v1::#enter(&__OBS_SITE, #span));
    }
    let enter = name("");
    quote!(#v1::#enter(&__OBS_SITE))
}

/// Whether a call starts with nothing but its site.
pub(super) fn is_bare(args: &ObserveArgs) -> bool {
    let labelled = args.labels.as_ref().is_some_and(|labels| !labels.value.is_empty());
    args.no_metrics.is_none() && !labelled && !names_values(args)
}

/// The attribute's expressions that are evaluated when a call starts.
pub(super) fn evaluated(args: &ObserveArgs) -> TokenStream {
    let labels = args.labels.iter().flat_map(|labels| &labels.value).filter_map(Label::expr);
    let fields = args.fields.iter().flat_map(|fields| &fields.value).map(|field| &field.value);
    let places = args.parent.iter().chain(&args.follows_from).map(|given| &given.value);
    let all = labels.chain(fields.chain(places).filter(|_| args.no_span.is_none()));
    quote!(#(#all,)*)
}

/// Whether the span takes anything from the arguments.
fn names_values(args: &ObserveArgs) -> bool {
    args.no_span.is_none()
        && (args.parent.is_some()
            || args.follows_from.is_some()
            || args.fields.as_ref().is_some_and(|fields| !fields.value.is_empty()))
}

/// `[label(…), capped(…)]`: the numbers of the labels' values. `item` is the static they belong to.
pub(crate) fn labels(v1: &Runtime, labels: &[Label], item: &Ident) -> TokenStream {
    let labels = labels.iter().enumerate().map(|(position, label)| match &label.bound {
        // Until the call has ended.
        _ if label.is_outcome() => quote!(#v1::LATER),
        Bound::Value(expr) => {
            let value = borrowed(expr);
            quote_spanned!(expr.span()=> #v1::label(#value))
        }
        Bound::Capped(expr, _) => {
            let value = borrowed(expr);
            quote_spanned!(expr.span()=> #v1::capped(&#item, #position, #value))
        }
        // Refused on a function, or known later.
        Bound::Type(_) | Bound::Result | Bound::ErrorType => TokenStream::new(),
    });
    quote!([#(#labels),*])
}

/// What makes the span, called only if it is enabled.
fn span(v1: &Runtime, args: &ObserveArgs) -> TokenStream {
    if args.no_span.is_some() {
        return quote!(#v1::Prepared::none);
    }
    let parent = match &args.parent {
        Some(parent) => {
            let parent = &parent.value;
            let parent = quote_spanned!(parent.span()=> #v1::parent(#parent));
            quote!(#v1::Parent::Given(#parent))
        }
        None => quote!(#v1::CURRENT),
    };
    let causes = match &args.follows_from {
        Some(causes) => {
            let causes = &causes.value;
            quote!(#causes)
        }
        None => quote!(#v1::NO_CAUSES),
    };
    let fields = args.fields.iter().flat_map(|fields| &fields.value).map(|field| self::field(v1, field));
    quote!(|| #v1::span(&__OBS_SITE, #parent, #causes, &[#(#fields),*]))
}

fn field(v1: &Runtime, field: &Field) -> TokenStream {
    let value = borrowed(&field.value);
    let span = field.value.span();
    match field.mode {
        Mode::Value => quote_spanned!(span=> #v1::Some(#value)),
        Mode::Display => quote_spanned!(span=> #v1::Some(&#v1::display(#value))),
        Mode::Debug => quote_spanned!(span=> #v1::Some(&#v1::debug(#value))),
    }
}

/// `&value`, with parentheses only where the expression needs them.
fn borrowed(expr: &Expr) -> TokenStream {
    match expr {
        Expr::Path(_)
        | Expr::Field(_)
        | Expr::MethodCall(_)
        | Expr::Call(_)
        | Expr::Index(_)
        | Expr::Lit(_)
        | Expr::Macro(_)
        | Expr::Paren(_)
        | Expr::Reference(_)
        | Expr::Verbatim(_) => quote_spanned!(expr.span()=> &#expr),
        _ => quote_spanned!(expr.span()=> &(#expr)),
    }
}
