//! Rules of `#[gpu_kernel]`.

use super::item;
use super::metric::On;
use super::timed::{self, Timed};
use crate::bucket::Preset;
use crate::grammar::{Ctxt, KernelArgs, Label, keyword, shape};
use proc_macro2::Span;
use syn::{ItemStatic, Signature, StaticMutability, Type};

/// Labels that the runtime gives to a kernel's families, besides those that nobody may name.
const RESERVED: [&str; 3] = ["device", "kernel", "reason"];

/// The arguments of a kernel, together and with the item it stands on.
pub fn kernel(ctxt: &Ctxt, args: &KernelArgs, on: On<'_>, has_body: bool) {
    let labels = args.labels.as_ref().map(|labels| labels.value.as_slice()).unwrap_or_default();
    match on {
        On::Static(item) => on_static(ctxt, args, item),
        On::Function(sig) => {
            item::function(ctxt, keyword::GPU_KERNEL, sig, has_body);
            item::labels(ctxt, labels, sig);
            item::before(ctxt, labels);
            on_function(ctxt, args, sig);
        }
    }
    reserved(ctxt, labels);
    timed::check(ctxt, args.buckets.as_ref(), args.slo.as_ref(), &KERNEL);
}

const KERNEL: Timed = Timed {
    whose: "kernel",
    what: "launches",
    default: Preset::Kernel,
    others: "\"kernel\", \"fast\" or \"latency\"",
};

fn on_function(ctxt: &Ctxt, args: &KernelArgs, sig: &Signature) {
    if args.stream.is_none() && !args.mistaken {
        ctxt.error(
            sig.ident.span(),
            format!(
                "`#[gpu_kernel]` needs the stream that `{}` launches into: `stream = &self.stream`",
                sig.ident
            ),
        );
    }
    let amounts = [
        (keyword::BYTES, &args.bytes, "12 * n"),
        (keyword::FLOPS, &args.flops, "2 * n"),
        (keyword::ITEMS, &args.items, "n"),
    ];
    for (key, given, example) in amounts {
        if let Some(given) = given.as_ref().filter(|given| given.value.is_none()) {
            ctxt.error(
                given.span,
                format!("on a function `{key}` says how much a launch does: `{key} = {example}`; alone it is for statics"),
            );
        }
    }
}

fn on_static(ctxt: &Ctxt, args: &KernelArgs, item: &ItemStatic) {
    if let StaticMutability::Mut(token) = &item.mutability {
        ctxt.error(token.span, "a kernel is shared as it is; remove `mut`");
    }
    let ident = &item.ident;
    let functions_only: [(&str, Option<Span>, String); 4] = [
        (
            keyword::STREAM,
            args.stream.as_ref().map(|given| given.span),
            format!("each launch of a static says it: `{ident}.launch(&stream)`"),
        ),
        (
            keyword::GRID,
            args.grid.as_ref().map(|given| given.span),
            format!("each launch of a static says it: `{ident}.launch(&stream).grid(…)`"),
        ),
        (
            keyword::BLOCK,
            args.block.as_ref().map(|given| given.span),
            format!("each launch of a static says it: `{ident}.launch(&stream).block(…)`"),
        ),
        (
            keyword::LABELS,
            args.labels.as_ref().map(|given| given.span),
            "give each kind of launch a static of its own".to_owned(),
        ),
    ];
    for (key, span, instead) in functions_only {
        if let Some(span) = span {
            ctxt.error(span, format!("`{key}` is for functions; {instead}"));
        }
    }
    for (key, given) in
        [(keyword::BYTES, &args.bytes), (keyword::FLOPS, &args.flops), (keyword::ITEMS, &args.items)]
    {
        if let Some(expr) = given.as_ref().and_then(|given| given.value.as_ref()) {
            ctxt.error_in(
                expr,
                format!(
                    "on a static `{key}` stands alone, and each launch says how much it does: \
                     `{ident}.launch(&stream).{key}(…)`"
                ),
            );
        }
    }
    // Any path may be an alias, and its type is checked by the compiler.
    if !matches!(shape::plain_type(&item.ty), Type::Path(_)) {
        ctxt.error_in(&item.ty, "`#[gpu_kernel]` on a static expects an `obs_gpu::Kernel`");
    }
}

fn reserved(ctxt: &Ctxt, labels: &[Label]) {
    for label in labels.iter().filter(|label| RESERVED.contains(&label.name.value.as_str())) {
        let name = &label.name.value;
        ctxt.error(
            label.name.span,
            format!("the label `{name}` is set by the runtime on kernels; choose another name"),
        );
    }
}
