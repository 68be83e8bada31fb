//! Bodies that are futures, and bodies that return one.

use super::{allowed, annotated, contained, ended, last, params, written};
use crate::emit::Runtime;
use crate::item::{Body, Exits, Function};
use obs_model::grammar::shape;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Block, Expr, Stmt, Type};

/// The body of an `async fn` as a future.
pub(crate) fn awaited(
    v1: &Runtime,
    function: &mut Function,
    body: &Body,
    ret: Option<&Type>,
    evaluated: &TokenStream,
) -> TokenStream {
    let block = body.block();
    let rebound = params::rebind(function, evaluated, true);
    if matches!(ret.map(shape::plain_type), Some(Type::Never(_))) {
        let block = last(body);
        return quote!(async move { #rebound #block });
    }
    // Unlike a function, an `async` block does not say what it returns, and the first `?` has to know.
    let edge = written(ret).filter(|_| body.exits().any()).map(|returned| {
        // The compiler calls this the place that the type comes from.
        let at = ret.map_or_else(Span::call_site, |ret| Span::call_site().located_at(ret.span()));
        let v1 = v1.located(at);
        let never = quote_spanned!(at=> #v1::never::<#returned>());
        quote!(if false { return #never; })
    });
    let ended = ended(ret, &quote!(#block));
    quote!(async move { #rebound #edge #ended })
}

/// A body that returns a future, taken apart.
pub(crate) struct Tail {
    /// The statements before the last expression.
    before: TokenStream,
    /// The last expression.
    last: Option<Expr>,
    /// Whether `return` or `?` leave the body, outside of `async` blocks.
    leaves: bool,
}

/// Takes a body apart. Fails where it does not parse.
pub(crate) fn split(body: &Body) -> syn::Result<Tail> {
    let mut statements = Block::parse_within.parse2(body.block().stream())?;
    let last = match statements.pop() {
        Some(Stmt::Expr(last, None)) => Some(last),
        other => {
            statements.extend(other);
            None
        }
    };
    let before = quote!(#(#statements)*);
    let plain = last.as_ref().is_some_and(|last| future_of(last).is_some());
    let rest = last.as_ref().filter(|_| !plain).map(|last| quote!(#last)).unwrap_or_default();
    let leaves = Exits::of(before.clone()).any() || Exits::of(rest).any();
    Ok(Tail { before, last, leaves })
}

/// The body with its future inside `around`. `boxed` is whether it is returned in a `Box`; one that is there
/// already is used.
pub(crate) fn wrap_future(
    v1: &Runtime,
    function: &mut Function,
    body: &Body,
    tail: Tail,
    boxed: bool,
    evaluated: &TokenStream,
    around: impl Fn(TokenStream) -> TokenStream,
) -> syn::Result<TokenStream> {
    let Tail { before, last, leaves } = tail;
    // A block whose output is not written learns it from the box that it is in.
    let is_known = shape::yielded(&function.sig).is_some();
    let (before, future) = match last {
        Some(Expr::Call(mut call)) if !leaves && is_known && shape::is_pin(&call) => {
            let inner = call.args.first();
            let inside = around(quote!(#inner));
            call.args = std::iter::once(Expr::Verbatim(inside)).collect();
            return Ok(quote!(#before #call));
        }
        Some(last) if !leaves && !boxed => {
            let future = around(quote!(#last));
            return Ok(quote!(#before #future));
        }
        Some(last) if !leaves => (before, quote!(#last)),
        _ => {
            let ret = shape::returned(&function.sig).cloned();
            (TokenStream::new(), contained(v1, function, body, ret.as_ref(), evaluated)?)
        }
    };
    // Boxes of different futures become the one type that is written, which an argument would not be told.
    let ret = shape::returned(&function.sig);
    let (allowed, annotation) = (allowed(ret, &future), annotated(ret));
    let last = around(quote!(__obs_future));
    let last = if boxed { pinned(v1, function, &last) } else { last };
    Ok(
        quote!(#before #allowed #[allow(clippy::diverging_sub_expression)] let __obs_future #annotation = #future; #[allow(unreachable_code)] #last),
    )
}

/// A future in the box that the function returns. What is in it, a box as well, has to live as long as that one, and
/// with it the output's parameters: the compiler says so at the return type.
fn pinned(v1: &Runtime, function: &Function, future: &TokenStream) -> TokenStream {
    let place = shape::returned(&function.sig).map_or_else(Span::call_site, Spanned::span);
    let at = Span::call_site().located_at(place);
    let v1 = v1.located(at);
    quote_spanned!(at=> #v1::Box::pin(#future))
}

/// An `async` block, by itself or in `Box::pin(…)`.
fn future_of(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Async(_) => Some(expr),
        Expr::Call(call) if is_pinned_block(call) => call.args.first(),
        _ => None,
    }
}

/// `Box::pin(async move { … })`, which `#[async_trait]` makes too.
fn is_pinned_block(call: &syn::ExprCall) -> bool {
    shape::is_pin(call) && matches!(call.args.first(), Some(Expr::Async(_)))
}
