//! Early exits without a closure, for `#[track_caller]`: inside a closure the caller would be ours.
//!
//! `return x` becomes `break '__obs x`, and `e?` the same match that the compiler makes of it, on a labelled
//! block.

use super::annotated;
use crate::emit::Runtime;
use crate::item::Body;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Item, Type, parse_quote};

/// The body as a labelled block.
pub(super) fn labelled(v1: &Runtime, body: &Body, ret: Option<&Type>) -> syn::Result<TokenStream> {
    let mut statements = Block::parse_within.parse2(body.block().stream())?;
    let mut exits = Exits { v1 };
    statements.iter_mut().for_each(|statement| exits.visit_stmt_mut(statement));
    // A variable, because the type of what breaks out has to be known before the breaks.
    let annotation = annotated(ret);
    Ok(quote!({
        let __obs_body #annotation = '__obs: { #(#statements)* };
        __obs_body
    }))
}

struct Exits<'a> {
    v1: &'a Runtime,
}

impl VisitMut for Exits<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            // Their exits are their own.
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) | Expr::TryBlock(_) => {}
            Expr::Return(exit) => {
                if let Some(value) = &mut exit.expr {
                    self.visit_expr_mut(value);
                }
                let value = exit.expr.take().unwrap_or_else(|| parse_quote!(()));
                *expr = parse_quote!(break '__obs #value);
            }
            Expr::Try(attempt) => {
                self.visit_expr_mut(&mut attempt.expr);
                let (v1, value) = (self.v1, &attempt.expr);
                // At the question mark, which is where the compiler complains about one.
                let mark = attempt.question_token.span();
                let at = v1.located(mark);
                let asked = quote_spanned!(mark=> #at::branch(#value));
                let left = quote_spanned!(mark=> #at::from_residual(__obs_residual));
                *expr = parse_quote! {
                    match #asked {
                        #v1::ControlFlow::Continue(__obs_value) => __obs_value,
                        #v1::ControlFlow::Break(__obs_residual) => break '__obs #left,
                    }
                };
            }
            expr => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}
