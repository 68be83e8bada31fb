//! Expressions of attributes that would leave the function before its call is counted.

use crate::grammar::Ctxt;
use syn::visit::{self, Visit};
use syn::{Expr, Item};

/// Refuses an expression that leaves the function that it is evaluated in. `what` it is the value of.
pub(super) fn check(ctxt: &Ctxt, expr: &Expr, what: &str) {
    let mut exits = Exits(None);
    exits.visit_expr(expr);
    if let Some(exit) = exits.0 {
        ctxt.error_in(
            exit,
            format!(
                "{what} is worked out before the call is counted, so it cannot leave the function; \
                 give it a value in every case"
            ),
        );
    }
}

/// The first exit.
struct Exits<'e>(Option<&'e Expr>);

impl<'e> Visit<'e> for Exits<'e> {
    fn visit_expr(&mut self, expr: &'e Expr) {
        match expr {
            // Their exits are their own.
            Expr::Closure(_) | Expr::Async(_) | Expr::Const(_) | Expr::TryBlock(_) => {}
            Expr::Return(_) | Expr::Try(_) => self.0 = self.0.or(Some(expr)),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_item(&mut self, _: &'e Item) {}
}
