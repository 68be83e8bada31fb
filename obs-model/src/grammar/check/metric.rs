//! Rules of `#[metric]`.

use super::{exit, item, name};
use crate::Unit;
use crate::bucket::Preset;
use crate::catalogue::{Kind, Source};
use crate::grammar::{Bound, Ctxt, Given, Label, MetricArgs, When, describe, keyword, shape};
use quote::ToTokens;
use syn::{GenericArgument, ItemStatic, PathArguments, Signature, StaticMutability, Type};

/// What a metric stands on.
#[derive(Clone, Copy)]
pub enum On<'a> {
    /// A static with an instrument.
    Static(&'a ItemStatic),
    /// A function.
    Function(&'a Signature),
}

/// The arguments of a metric, together and with the item it stands on.
pub fn metric(ctxt: &Ctxt, args: &MetricArgs, on: On<'_>) {
    let Some(kind) = args.kind else { return };
    match &args.name {
        Some(given) => name::family(ctxt, given, kind.value, args.keep_name),
        None if args.mistaken => {}
        None => ctxt.error(kind.span, "a metric needs a name: `name = \"orders_total\"`"),
    }
    match on {
        On::Static(item) => on_static(ctxt, args, kind, item),
        On::Function(sig) => on_function(ctxt, args, sig),
    }
    buckets(ctxt, args, kind, matches!(on, On::Function(_)));
    if let (Some(expire), Kind::Counter | Kind::Histogram) = (args.expire, kind.value) {
        ctxt.error(
            expire.span,
            format!("only gauges expire, and this is a {}: what was counted stays", kind.value.as_str()),
        );
    }
}

/// The metrics of one item: no two have a name in common.
pub fn metrics(ctxt: &Ctxt, all: &[MetricArgs]) {
    let mut seen: Vec<&str> = Vec::new();
    for name in all.iter().filter_map(|args| args.name.as_ref()) {
        if seen.contains(&name.value.as_str()) {
            ctxt.error(name.span, format!("two metrics named \"{}\" on one item; rename one", name.value));
        }
        seen.push(&name.value);
    }
}

fn on_static(ctxt: &Ctxt, args: &MetricArgs, kind: Given<Kind>, item: &ItemStatic) {
    if let StaticMutability::Mut(token) = &item.mutability {
        ctxt.error(token.span, "an instrument is shared as it is; remove `mut`");
    }
    let functions_only = [
        (keyword::VALUE, args.value.as_ref().map(|given| given.span)),
        (keyword::WHEN, args.when.map(|given| given.span)),
    ];
    for (key, span) in functions_only {
        if let Some(span) = span {
            ctxt.error(
                span,
                format!("`{key}` is for functions; code that uses a static says what and when itself"),
            );
        }
    }
    let labels = args.labels.as_ref().map(|labels| labels.value.as_slice()).unwrap_or_default();
    item::static_labels(ctxt, labels);
    let Type::Path(ty) = shape::plain_type(&item.ty) else {
        return ctxt.error_in(&item.ty, INSTRUMENT);
    };
    let Some(last) = ty.path.segments.last() else { return };
    let found = [Kind::Counter, Kind::Gauge, Kind::Histogram]
        .into_iter()
        .find(|kind| last.ident == capitalised(kind.as_str()));
    // Any other name may be an alias, and its type is checked by the compiler.
    let Some(found) = found else { return };
    if found != kind.value {
        ctxt.error(
            kind.span,
            format!("this is a `{}`; write `#[metric({}, …)]`", last.ident, found.as_str()),
        );
    }
    label_types(ctxt, labels, &last.arguments, item);
}

const INSTRUMENT: &str = "`#[metric]` on a static expects a `Counter`, `Gauge` or `Histogram`";

/// The labels named in the attribute are the types of the instrument, in order.
fn label_types(ctxt: &Ctxt, labels: &[Label], arguments: &PathArguments, item: &ItemStatic) {
    let types: Vec<&Type> = match arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(Type::Tuple(tuple))) => tuple.elems.iter().collect(),
            Some(GenericArgument::Type(ty)) => vec![ty],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    if types.len() != labels.len() {
        return ctxt.error_in(
            &item.ty,
            format!(
                "the attribute names {} and the type has {}; each type in `{}` has its name in `labels(name: Type)`",
                count(labels.len()),
                types.len(),
                item.ty.to_token_stream().to_string().replace(' ', "")
            ),
        );
    }
    for (label, ty) in labels.iter().zip(types) {
        let Bound::Type(named) = &label.bound else { continue };
        let (named_text, ty_text) = (named.to_token_stream().to_string(), ty.to_token_stream().to_string());
        if named_text != ty_text {
            ctxt.error_in(
                named,
                format!("the label `{}` has the type `{ty_text}` in the instrument", label.name.value),
            );
        }
    }
}

fn count(labels: usize) -> String {
    match labels {
        1 => "1 label".to_owned(),
        n => format!("{n} labels"),
    }
}

fn on_function(ctxt: &Ctxt, args: &MetricArgs, sig: &Signature) {
    let labels = args.labels.as_ref().map(|labels| labels.value.as_slice()).unwrap_or_default();
    if args.source(true) == Source::Polled {
        return polled(ctxt, args, labels, sig);
    }
    item::labels(ctxt, labels, sig);
    if let Some(value) = &args.value {
        exit::check(ctxt, &value.value, "`value`");
    }
    let cannot_fail = shape::yielded(sig).is_none_or(shape::infallible);
    if let (Some(Given { value: When::Error, span }), true) = (args.when, cannot_fail) {
        ctxt.error(span, format!("`{}` returns no error; remove `when`, or return a `Result`", sig.ident));
    }
    if args.when() == When::Always {
        for label in labels.iter().filter(|label| label.reads().is_some()) {
            ctxt.error(
                label.name.span,
                format!(
                    "the label `{}` is read from what the function returns, and `when = \"always\"` counts calls that \
                     return nothing, by cancellation or panic, too; use `when = \"ok\"`, \"error\", or `result()`",
                    label.name.value
                ),
            );
        }
    }
    let errors_only = labels.iter().find(|label| matches!(label.bound, Bound::ErrorType));
    if let (Some(label), true) = (errors_only, cannot_fail) {
        ctxt.error(label.name.span, format!("`{}` returns no error, so there is no type of one", sig.ident));
    }
}

/// A gauge without `value`: the function is asked at each scrape.
fn polled(ctxt: &Ctxt, args: &MetricArgs, labels: &[Label], sig: &Signature) {
    const POLLED: &str = "a gauge without `value` is asked at each scrape";
    if !sig.inputs.is_empty() || !sig.generics.params.is_empty() {
        return ctxt.error_in(
            if sig.inputs.is_empty() { &sig.generics.params as &dyn ToTokens } else { &sig.inputs },
            format!("{POLLED}, so its function takes nothing; give `value = …` to set it at each call"),
        );
    }
    if let Some(token) = &sig.asyncness {
        ctxt.error(token.span, format!("{POLLED}, which cannot wait; remove `async`"));
    }
    if shape::nothing(shape::returned(sig)) {
        ctxt.error(sig.ident.span(), format!("{POLLED}, so its function returns a number"));
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        ctxt.error(token.span, format!("{POLLED}, where nobody can vouch for `unsafe`; remove it"));
    }
    for label in labels.iter().filter(|label| !matches!(label.bound, Bound::Type(_))) {
        ctxt.error(
            label.name.span,
            format!(
                "{POLLED}: its label `{0}` has a type, `{0}: PoolState`, and the function returns pairs of values and \
                 numbers; give `value = …` to set it at each call",
                label.name.value
            ),
        );
    }
    item::bounded_types(ctxt, labels);
    let calls_only = [
        (keyword::WHEN, args.when.map(|given| given.span)),
        (keyword::EXPIRE, args.expire.map(|given| given.span)),
    ];
    for (key, span) in calls_only {
        if let Some(span) = span {
            ctxt.error(
                span,
                format!("{POLLED}, and `{key}` is about calls; give `value = …` to set it at each call"),
            );
        }
    }
}

/// Buckets fit the unit, and a histogram of neither time nor bytes says what they are.
fn buckets(ctxt: &Ctxt, args: &MetricArgs, kind: Given<Kind>, on_function: bool) {
    if let (Some(buckets), Kind::Counter | Kind::Gauge) = (&args.buckets, kind.value) {
        return ctxt.error(
            buckets.span,
            format!("only histograms have buckets, and this is a {}", kind.value.as_str()),
        );
    }
    let histogram = args.name.as_ref().filter(|_| kind.value == Kind::Histogram);
    // A name in milliseconds has been told what to be called.
    let told = |name: &&Given<String>| args.keep_name.is_none() && name::scaled(&name.value).is_some();
    let Some(name) = histogram.filter(|name| !told(name)) else { return };
    let unit = Unit::of(&name.value);
    if on_function && args.is_duration() && unit != Some(Unit::Seconds) {
        return ctxt.error(
            name.span,
            format!(
                "without `value` a histogram times calls, so its name ends in `_seconds`: write \
                 \"{}_duration_seconds\", or give `value = …`",
                name.value
            ),
        );
    }
    let wanted = args.buckets.as_ref().and_then(|buckets| buckets.preset).map(|preset| match preset {
        Preset::Bytes => Unit::Bytes,
        Preset::Latency | Preset::Fast | Preset::Batch | Preset::Kernel => Unit::Seconds,
    });
    if let (Some(buckets), Some(wanted)) = (&args.buckets, wanted.filter(|wanted| unit != Some(*wanted))) {
        ctxt.error(
            buckets.span,
            format!(
                "this preset is in {0}, and the name \"{1}\" does not end in `_{0}`; rename it, or list the buckets",
                wanted.as_str(),
                name.value
            ),
        );
    }
    if args.buckets.is_none() && !args.mistaken && describe::default_buckets(&name.value).is_none() {
        ctxt.error(
            name.span,
            format!(
                "a histogram whose name ends in neither `_seconds` nor `_bytes` needs its buckets: \
                 `buckets = [1, 10, 100]` for \"{}\"",
                name.value
            ),
        );
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
