//! Rules of `#[observe]`.

use super::timed::{self, Timed};
use super::{item, name};
use crate::bucket::Preset;
use crate::grammar::{Ctxt, ObserveArgs, keyword, shape};
use proc_macro2::Span;
use syn::Signature;

/// The arguments of an observed function, together and with its signature. `in_block` is whether it is a
/// member of an observed block.
pub fn observe(ctxt: &Ctxt, args: &ObserveArgs, sig: &Signature, in_block: bool) {
    if let (Some(span), false) = (args.skip, in_block) {
        ctxt.error(
            span,
            "`skip` leaves a function of an observed `impl`, trait or module out; here it is enough to \
             remove `#[observe]`",
        );
    }
    if let Some(labels) = &args.labels {
        item::labels(ctxt, &labels.value, sig);
        item::before(ctxt, &labels.value);
    }
    if let Some(prefix) = &args.metric {
        name::prefix(ctxt, prefix);
    }
    judged(ctxt, args, sig);
    left_out(ctxt, args);
}

/// The arguments of an observed block.
pub fn block(ctxt: &Ctxt, args: &ObserveArgs) {
    let single = [
        (keyword::NAME, args.name.as_ref().map(|given| given.span)),
        (keyword::METRIC, args.metric.as_ref().map(|given| given.span)),
        (keyword::HELP, args.help.as_ref().map(|given| given.span)),
    ];
    for (key, span) in single {
        if let Some(span) = span {
            ctxt.error(
                span,
                format!("`{key}` is about one function; put it on the function: `#[observe({key} = \"…\")]`"),
            );
        }
    }
    if let Some(span) = args.skip {
        ctxt.error(
            span,
            "`skip` stands on what is left out of an observed block; remove `#[observe]` instead",
        );
    }
    left_out(ctxt, args);
    latency(ctxt, args);
}

/// `ok_if` and `error_if`.
fn judged(ctxt: &Ctxt, args: &ObserveArgs, sig: &Signature) {
    if let (Some(_), Some(error_if)) = (&args.ok_if, &args.error_if) {
        ctxt.error_in(&error_if.value, "`ok_if` and `error_if` answer the same question; keep one of them");
    }
    if !shape::nothing(shape::yielded(sig)) || hidden_output(sig) {
        return;
    }
    for (key, given) in [(keyword::OK_IF, &args.ok_if), (keyword::ERROR_IF, &args.error_if)] {
        if let Some(given) = given {
            ctxt.error_in(
                &given.value,
                format!("`{key}` looks at the returned value, and `{}` returns none", sig.ident),
            );
        }
    }
}

/// Whether the function is a future whose output is not written in its signature.
fn hidden_output(sig: &Signature) -> bool {
    use shape::Future;
    matches!(shape::future(sig), Some(Future::Opaque(None) | Future::Boxed(None)))
}

/// What belongs to the span or to the metrics, where these are left out.
fn left_out(ctxt: &Ctxt, args: &ObserveArgs) {
    fn at<T>(given: Option<&crate::grammar::Given<T>>) -> Option<Span> {
        given.map(|given| given.span)
    }
    let span_only = [
        (keyword::FIELDS, at(args.fields.as_ref())),
        (keyword::PARENT, at(args.parent.as_ref())),
        (keyword::FOLLOWS_FROM, at(args.follows_from.as_ref())),
        (keyword::LEVEL, at(args.level.as_ref())),
        (keyword::TARGET, at(args.target.as_ref())),
        (keyword::KIND, at(args.kind.as_ref())),
    ];
    let metrics_only = [
        (keyword::SLO, args.slo.as_ref().map(|slo| slo.span)),
        (keyword::BUCKETS, args.buckets.as_ref().map(|buckets| buckets.span)),
        (keyword::LABELS, at(args.labels.as_ref())),
        (keyword::METRIC, at(args.metric.as_ref())),
    ];
    let useless = |flag: &str, (key, span): (&str, Option<Span>)| {
        if let Some(span) = span {
            ctxt.error(span, format!("`{key}` has no effect beside `{flag}`; keep one of them"));
        }
    };
    if args.no_span.is_some() {
        span_only.into_iter().for_each(|given| useless(keyword::NO_SPAN, given));
    }
    if args.no_metrics.is_some() {
        metrics_only.into_iter().for_each(|given| useless(keyword::NO_METRICS, given));
    }
}

/// Buckets are times, and each latency objective's bound is one of them. For the arguments of a function as
/// they are in the end: its objective may be its own, and its buckets its block's.
pub fn latency(ctxt: &Ctxt, args: &ObserveArgs) {
    const CALLS: Timed = Timed {
        whose: "function",
        what: "calls",
        default: Preset::Latency,
        others: "\"latency\", \"fast\" or \"batch\"",
    };
    timed::check(ctxt, args.buckets.as_ref(), args.slo.as_ref(), &CALLS);
}
