//! Whether a box can hold what a body returns, in place of the box that the body makes.
//!
//! A box of a box has to live as long as the outer one, and with it whatever the output's type names. The compiler
//! knows of bounds that are written nowhere; what is here asks only for what can be seen.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::{Block, Expr, GenericParam, Generics, Ident, Stmt, Type, TypeParamBound, WherePredicate};

/// Whether all that a block's parameters stand for visibly lives as long as anything holds it.
pub fn is_lasting(generics: &Generics) -> bool {
    let is_static =
        |bound: &TypeParamBound| matches!(bound, TypeParamBound::Lifetime(of) if of.ident == "static");
    let predicates = || generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    generics.params.iter().all(|param| match param {
        GenericParam::Lifetime(_) => false,
        GenericParam::Const(_) => true,
        GenericParam::Type(param) => {
            param.bounds.iter().any(is_static)
                || predicates().any(|predicate| match predicate {
                    WherePredicate::Type(of) if of.bounds.iter().any(is_static) => {
                        matches!(&of.bounded_ty, Type::Path(path) if path.path.is_ident(&param.ident))
                    }
                    _ => false,
                })
        }
    })
}

/// Whether a body does nothing but end in `Box::pin(…)` of an `async` block or a call: no `return`, no `?`, and no
/// macro, which could hide one.
pub fn is_pinned(statements: TokenStream) -> bool {
    let Ok(mut statements) = Block::parse_within.parse2(statements) else { return false };
    let Some(Stmt::Expr(Expr::Call(call), None)) = statements.pop() else { return false };
    let leaves_last = || !matches!(call.args.first(), Some(Expr::Async(_))) && leaves(call.to_token_stream());
    is_pin(&call) && !leaves_last() && !statements.iter().any(|statement| leaves(statement.to_token_stream()))
}

/// Whether it is `Box::pin(…)` of an `async` block, or of what a function returned. One that says what it pins pins
/// nothing else.
pub fn is_pin(call: &syn::ExprCall) -> bool {
    let Expr::Path(callee) = &*call.func else { return false };
    let mut path = callee.path.segments.iter().rev().filter(|segment| segment.arguments.is_none());
    let mut is = |name: &str| path.next().is_some_and(|segment| segment.ident == name);
    let inner = call.args.first().filter(|_| call.args.len() == 1);
    is("pin") && is("Box") && matches!(inner, Some(Expr::Async(_) | Expr::Call(_) | Expr::MethodCall(_)))
}

fn leaves(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "return",
        TokenTree::Punct(punct) => ['?', '!'].contains(&punct.as_char()),
        TokenTree::Group(group) => leaves(group.stream()),
        TokenTree::Literal(_) => false,
    })
}

/// Whether a type has a name in it that generics give another meaning.
pub(super) fn mentions(ty: &Type, generics: &Generics) -> bool {
    let types = generics.type_params().map(|param| &param.ident);
    let names: Vec<&Ident> = types.chain(generics.const_params().map(|param| &param.ident)).collect();
    !names.is_empty() && is_among(ty.to_token_stream(), &names)
}

fn is_among(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => is_among(group.stream(), names),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse_quote;

    #[test]
    fn parameters_last_where_they_are_said_to() {
        let is = |block: syn::ItemImpl| is_lasting(&block.generics);
        assert!(is(parse_quote!(impl Service<u8> for Checked {})));
        assert!(is(parse_quote!(
            impl<S: Send + 'static, const N: usize> Service for Layered<S, N> {}
        )));
        assert!(is(parse_quote!(
            impl<S> Service for Layered<S>
            where
                S: Clone,
                S: 'static,
            {
            }
        )));
        assert!(!is(parse_quote!(
            impl<S> Service for Layered<S> where S::Future: 'static {}
        )));
        assert!(!is(parse_quote!(
            impl<S: 'static, B> Service<B> for Layered<S> {}
        )));
        assert!(!is(parse_quote!(
            impl<'a> Service<&'a u8> for Checked {}
        )));
    }

    #[test]
    fn boxes_that_a_body_makes_are_seen() {
        assert!(is_pinned(quote!(Box::pin(async move {
            inner.call(request).await?;
            return Ok(1);
        }))));
        assert!(is_pinned(quote!(let future = self.0.call(request); std::boxed::Box::pin(future.map(log)))));
        for other in [
            quote!(self.0.call(request)),
            quote!(Box::pin(future)),
            quote!(Box::pin::<Ready<u8>>(ready(1))),
            quote!(Box::<Ready<u8>>::pin(ready(1))),
            quote!(Box::pin(self.made()?.call(request))),
            quote!(if full { return Box::pin(refused()) } Box::pin(async { 1 })),
            quote!(returned!(); Box::pin(async { 1 })),
            quote!(Box::pin(async { 1 });),
        ] {
            assert!(!is_pinned(other));
        }
    }
}
