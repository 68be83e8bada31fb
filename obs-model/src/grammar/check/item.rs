//! What an attribute may stand on.

use super::exit;
use crate::grammar::{Bound, Ctxt, labels, labels::Label};
use syn::{FnArg, Ident, Pat, Signature, Type};

/// Whether a block's attribute can apply to a function: it has a body, and calls of it can be timed.
/// Others are left out, silently: nobody asked for them by name.
pub fn applies(sig: &Signature, has_body: bool) -> bool {
    has_body && sig.constness.is_none() && sig.variadic.is_none()
}

/// What a function must be for an attribute that stands on it.
pub fn function(ctxt: &Ctxt, attribute: &str, sig: &Signature, has_body: bool) {
    if let Some(token) = &sig.constness {
        ctxt.error(
            token.span,
            format!(
                "`#[{attribute}]` cannot count calls of a `const fn`, which may run while compiling; \
                 remove `const`, or put the attribute on the caller"
            ),
        );
    }
    if let Some(variadic) = &sig.variadic {
        ctxt.error_in(
            &variadic.dots,
            format!(
                "`#[{attribute}]` cannot wrap a variadic function: its arguments cannot be passed on; \
                 put the attribute on the caller"
            ),
        );
    }
    // Stable Rust knows variadic functions only as declarations.
    if !has_body && sig.variadic.is_none() {
        ctxt.error(
            sig.ident.span(),
            format!(
                "`#[{attribute}]` needs a body to run in; put it on the implementations of `{}`",
                sig.ident
            ),
        );
    }
}

/// Labels on a function: expressions, and bounded.
pub(super) fn labels(ctxt: &Ctxt, labels: &[Label], sig: &Signature) {
    for label in labels {
        if matches!(label.bound, Bound::Type(_)) {
            ctxt.error(
                label.name.span,
                format!(
                    "on a function the label `{0}` takes its value from an expression: `{0} = input.{0}`; \
                     types are for statics",
                    label.name.value
                ),
            );
            continue;
        }
        if let Some(expr) = label.expr() {
            exit::check(ctxt, expr, "a label");
        }
        unbounded(ctxt, label, |name| param_type(sig, name));
    }
}

/// Labels of observed functions and kernels are known when the call begins: how it ended is said already.
pub(super) fn before(ctxt: &Ctxt, labels: &[Label]) {
    for label in labels.iter().filter(|label| label.is_outcome()) {
        ctxt.error(
            label.name.span,
            format!(
                "the label `{}` is known only when the call has ended, and labels here are evaluated before it; `result` \
                 and `error_type` are there already, and others are for `#[metric(counter, …)]` on the function",
                label.name.value
            ),
        );
    }
}

/// Labels on a static: types, and bounded.
pub(super) fn static_labels(ctxt: &Ctxt, labels: &[Label]) {
    for label in labels {
        if !matches!(label.bound, Bound::Type(_)) {
            ctxt.error(
                label.name.span,
                format!(
                    "on a static the label `{0}` has a type: `{0}: PoolState`; expressions are for functions",
                    label.name.value
                ),
            );
        }
    }
    bounded_types(ctxt, labels);
}

/// Labels that are types have a bound.
pub(super) fn bounded_types(ctxt: &Ctxt, labels: &[Label]) {
    for label in labels.iter().filter(|label| matches!(label.bound, Bound::Type(_))) {
        unbounded(ctxt, label, |_| None);
    }
}

fn unbounded(ctxt: &Ctxt, label: &Label, param: impl Fn(&Ident) -> Option<Type>) {
    if let Some((tokens, message)) = labels::unbounded(label, param) {
        ctxt.error_in(tokens, message);
    }
}

/// The type of the parameter with that name.
fn param_type(sig: &Signature, name: &Ident) -> Option<Type> {
    sig.inputs.iter().find_map(|input| match input {
        FnArg::Typed(input) => match &*input.pat {
            Pat::Ident(pat) if pat.ident == *name => Some((*input.ty).clone()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}
