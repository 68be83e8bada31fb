//! Attribute and item to the catalogue's data.
//!
//! The macros emit what these functions give, and the walker lists it, so that the program as linked and
//! its source cannot disagree. What neither knows is left empty for the caller: module and place.

use super::{ErrorDerive, KernelArgs, MetricArgs, ObserveArgs, check, doc, shape};
use crate::bucket::Preset;
use crate::catalogue::{self, Kind, Place};
use crate::unit::Unit;
use syn::ext::IdentExt;
use syn::{Attribute, Ident, Signature, Type, TypeParamBound};

/// The level of a span where none is given.
pub const DEFAULT_LEVEL: &str = "info";

/// An observed function. `owner` is the type or trait of an observed block; see [`owner`].
pub fn function(
    args: &ObserveArgs,
    attributes: &[Attribute],
    sig: &Signature,
    owner: Option<&str>,
) -> catalogue::Function {
    let text = |given: &Option<super::Given<String>>| given.as_ref().map(|given| given.value.clone());
    let name = text(&args.name).unwrap_or_else(|| {
        let name = sig.ident.unraw().to_string();
        owner.map_or(name.clone(), |owner| format!("{owner}::{name}"))
    });
    catalogue::Function {
        name,
        module: String::new(),
        place: Place::default(),
        help: text(&args.help).unwrap_or_else(|| doc::first_paragraph(attributes)),
        metric: text(&args.metric),
        labels: args.labels.iter().flat_map(|labels| &labels.value).map(super::Label::describe).collect(),
        buckets: match &args.buckets {
            Some(buckets) => buckets.bounds.clone(),
            None => Preset::Latency.bounds().to_vec(),
        },
        is_async: shape::future(sig).is_some(),
        slow: args.slow.map(|given| given.value),
        slo: args.slo.as_ref().map(|slo| slo.slo.clone()),
        runbook: text(&args.runbook),
        dashboard: text(&args.dashboard),
        kind: args.kind.map(|given| given.value).unwrap_or_default(),
        level: args.level.map_or(DEFAULT_LEVEL, |given| given.value).to_owned(),
        target: text(&args.target).unwrap_or_default(),
        fields: args.fields.iter().flat_map(|fields| &fields.value).map(|f| f.name.value.clone()).collect(),
        spans: args.no_span.is_none(),
        metrics: args.no_metrics.is_none(),
    }
}

/// A family; `None` while its kind or name is missing, which is a mistake that has been reported.
pub fn metric(args: &MetricArgs, attributes: &[Attribute], on_function: bool) -> Option<catalogue::Metric> {
    let (kind, name) = (args.kind?.value, args.name.as_ref()?.value.clone());
    Some(catalogue::Metric {
        kind,
        help: args.help.as_ref().map_or_else(|| doc::first_paragraph(attributes), |help| help.value.clone()),
        unit: Unit::of(&name),
        labels: args.labels.iter().flat_map(|labels| &labels.value).map(super::Label::describe).collect(),
        buckets: match (kind, &args.buckets) {
            (Kind::Histogram, Some(buckets)) => buckets.bounds.clone(),
            (Kind::Histogram, None) => {
                default_buckets(&name).map(Preset::bounds).unwrap_or_default().to_vec()
            }
            (Kind::Counter | Kind::Gauge, _) => Vec::new(),
        },
        source: args.source(on_function),
        module: String::new(),
        place: Place::default(),
        dashboard: args.dashboard.as_ref().map(|given| given.value.clone()),
        name,
    })
}

/// A kernel.
pub fn kernel(args: &KernelArgs, attributes: &[Attribute], on: check::On<'_>) -> catalogue::Kernel {
    let text = |given: &Option<super::Given<String>>| given.as_ref().map(|given| given.value.clone());
    catalogue::Kernel {
        name: text(&args.name).unwrap_or_else(|| match on {
            check::On::Function(sig) => sig.ident.unraw().to_string(),
            check::On::Static(item) => item.ident.unraw().to_string().to_lowercase(),
        }),
        module: String::new(),
        place: Place::default(),
        help: text(&args.help).unwrap_or_else(|| doc::first_paragraph(attributes)),
        labels: args.labels.iter().flat_map(|labels| &labels.value).map(super::Label::describe).collect(),
        buckets: match &args.buckets {
            Some(buckets) => buckets.bounds.clone(),
            None => Preset::Kernel.bounds().to_vec(),
        },
        every: args.timed(),
        bytes: args.bytes.is_some(),
        flops: args.flops.is_some(),
        items: args.items.is_some(),
        slow: args.slow.map(|given| given.value),
        slo: args.slo.as_ref().map(|slo| slo.slo.clone()),
        runbook: text(&args.runbook),
        dashboard: text(&args.dashboard),
    }
}

/// The preset that fits a histogram's unit.
pub(super) fn default_buckets(family: &str) -> Option<Preset> {
    match Unit::of(family)? {
        Unit::Seconds => Some(Preset::Latency),
        Unit::Bytes => Some(Preset::Bytes),
        _ => None,
    }
}

/// An error type.
pub fn error_type(derive: &ErrorDerive, ident: &Ident) -> catalogue::ErrorType {
    catalogue::ErrorType {
        name: ident.unraw().to_string(),
        module: String::new(),
        place: Place::default(),
        categories: derive.categories().cloned().collect(),
    }
}

/// The name that an observed block's functions carry before their own: the last word of the type's path.
pub fn owner(ty: &Type) -> String {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default()
        }
        Type::Reference(inner) => owner(&inner.elem),
        Type::Ptr(inner) => owner(&inner.elem),
        Type::Paren(inner) => owner(&inner.elem),
        Type::Group(inner) => owner(&inner.elem),
        Type::Slice(_) => "slice".to_owned(),
        Type::Array(_) => "array".to_owned(),
        Type::Tuple(_) => "tuple".to_owned(),
        Type::FnPtr(_) => "fn".to_owned(),
        Type::TraitObject(object) => object
            .bounds
            .iter()
            .find_map(|bound| match bound {
                TypeParamBound::Trait(bound) => bound.path.segments.last(),
                _ => None,
            })
            .map(|last| last.ident.unraw().to_string())
            .unwrap_or_default(),
        _ => "impl".to_owned(),
    }
}
