//! Catalogue data as tokens of the runtime's descriptions.
//!
//! Only what differs from the description's default is written: generated code is compiled by every user,
//! every time.

mod errors;
mod kernel;

pub(crate) use errors::{Params, errors};
pub(crate) use kernel::kernel_desc;

use crate::item::Function;
use obs_model::catalogue::{self, Kind, Slo};
use obs_model::grammar::{Buckets, MetricArgs, ObserveArgs};
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use std::time::Duration;
use syn::Path;

/// The one module that generated code names.
///
/// Tokens, and not a stream of them: putting a stream into another goes through the compiler, tokens do not.
#[derive(Clone)]
pub(crate) struct Runtime(Vec<TokenTree>);

impl Runtime {
    /// In the crate that `crate = path` names.
    pub(crate) fn at(krate: Option<&Path>) -> Runtime {
        Runtime::within(krate.map_or_else(|| quote!(::obs_runtime), ToTokens::to_token_stream))
    }

    /// The same for kernels, which are of another crate.
    pub(crate) fn of_kernels(krate: Option<&Path>) -> Runtime {
        Runtime::within(krate.map_or_else(|| quote!(::obs_gpu), ToTokens::to_token_stream))
    }

    fn within(krate: TokenStream) -> Runtime {
        Runtime(quote!(#krate::__private::v1).into_iter().collect())
    }

    /// The same at a place of the user's, for calls whose arguments the compiler may complain about.
    pub(crate) fn located(&self, at: Span) -> Runtime {
        let located = self.0.iter().cloned().map(|mut token| {
            token.set_span(token.span().located_at(at));
            token
        });
        Runtime(located.collect())
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}

/// `Site::new(…)`, or where there is more to say `Site::with(…, &FunctionDesc { … })`.
pub(crate) fn site(
    v1: &Runtime,
    args: &ObserveArgs,
    function: &Function,
    desc: &catalogue::Function,
    errors: &TokenStream,
) -> TokenStream {
    let (name, help, is_async) = (&desc.name, &desc.help, desc.is_async);
    let (line, column) = line_column(&function.sig.ident);
    let given = quote!(#name, #v1::module_path!(), #v1::file!(), #line, #column, #help, #is_async, #errors);
    let options = options(v1, args, desc);
    if options.is_empty() {
        quote!(#v1::Site::new(#given))
    } else {
        quote!(#v1::Site::with(#given, &#v1::FunctionDesc { #options ..#v1::FunctionDesc::DEFAULT }))
    }
}

/// The fields of a description that few functions have.
fn options(v1: &Runtime, args: &ObserveArgs, desc: &catalogue::Function) -> TokenStream {
    let mut given = TokenStream::new();
    let mut field = |name: &str, value: TokenStream| {
        let name = Ident::new(name, Span::call_site());
        given.extend(quote!(#name: #value,));
    };
    for (name, text) in [("metric", &desc.metric), ("runbook", &desc.runbook), ("dashboard", &desc.dashboard)]
    {
        if let Some(text) = text {
            field(name, quote!(#v1::Some(#text)));
        }
    }
    if !desc.labels.is_empty() {
        field("labels", labels(v1, &desc.labels));
    }
    if let Some(given) = &args.buckets {
        field("buckets", buckets(given));
    }
    if let Some(slow) = desc.slow {
        let slow = nanos(slow);
        field("slow", quote!(#v1::Some(#slow)));
    }
    if let Some(objective) = &desc.slo {
        let objective = slo(v1, objective);
        field("slo", quote!(#v1::Some(#objective)));
    }
    if desc.kind != catalogue::SpanKind::default() {
        let kind = variant(desc.kind.as_str());
        field("kind", quote!(#v1::SpanKind::#kind));
    }
    if args.level.is_some() {
        let level = format_ident!("{}", desc.level.to_uppercase());
        field("level", quote!(#v1::Level::#level));
    }
    if !desc.target.is_empty() {
        let target = &desc.target;
        field("target", quote!(#target));
    }
    if !desc.fields.is_empty() {
        let fields = &desc.fields;
        field("fields", quote!(#v1::fields!(#(#fields),*)));
    }
    if !desc.spans {
        field("spans", quote!(false));
    }
    if !desc.metrics {
        field("metrics", quote!(false));
    }
    given
}

/// `MetricDesc { … }`. `ident` is the item that the metric stands on.
pub(crate) fn metric_desc(
    v1: &Runtime,
    args: &MetricArgs,
    ident: &Ident,
    desc: &catalogue::Metric,
) -> TokenStream {
    let mut given = place(v1, &desc.name, ident);
    let mut field = |name: &str, value: TokenStream| {
        let name = Ident::new(name, Span::call_site());
        given.extend(quote!(#name: #value,));
    };
    let kind = variant(desc.kind.as_str());
    field("kind", quote!(#v1::Kind::#kind));
    let source = variant(desc.source.as_str());
    field("source", quote!(#v1::Source::#source));
    if !desc.help.is_empty() {
        let help = &desc.help;
        field("help", quote!(#help));
    }
    if !desc.labels.is_empty() {
        field("labels", labels(v1, &desc.labels));
    }
    if desc.kind == Kind::Histogram {
        field("buckets", bounds(&desc.buckets));
    }
    if let Some(expire) = args.expire {
        let expire = nanos(expire.value);
        field("expire", quote!(#v1::Some(#expire)));
    }
    if let Some(dashboard) = &args.dashboard {
        let dashboard = &dashboard.value;
        field("dashboard", quote!(#v1::Some(#dashboard)));
    }
    quote!(#v1::MetricDesc { #given ..#v1::MetricDesc::DEFAULT })
}

/// The fields that every description has: what it is called, and where it is.
pub(crate) fn place(v1: &Runtime, name: &str, ident: &Ident) -> TokenStream {
    let (line, column) = line_column(ident);
    quote!(name: #name, module: #v1::module_path!(), file: #v1::file!(), line: #line, column: #column,)
}

fn line_column(ident: &Ident) -> (Literal, Literal) {
    let at = ident.span().start();
    (number(at.line as u32), number(at.column as u32 + 1))
}

fn labels(v1: &Runtime, labels: &[catalogue::Label]) -> TokenStream {
    let labels = labels.iter().map(|label| {
        let name = &label.name;
        let cap = optional(v1, label.cap.map(number));
        quote!(#v1::LabelDesc { name: #name, cap: #cap })
    });
    quote!(&[#(#labels),*])
}

fn slo(v1: &Runtime, slo: &Slo) -> TokenStream {
    let success = optional(v1, slo.success.map(|success| number(success.millionths())));
    let latency = slo.latency.iter().map(|latency| {
        let (bound, share) = (nanos(latency.bound), number(latency.share.millionths()));
        quote!((#bound, #share))
    });
    let window = nanos(slo.window);
    let min_events = optional(v1, slo.min_events.map(Literal::u64_unsuffixed));
    let name = optional(v1, slo.name.as_ref());
    quote!(#v1::SloDesc {
        success: #success, latency: &[#(#latency),*], window: #window, min_events: #min_events, name: #name
    })
}

fn buckets(given: &Buckets) -> TokenStream {
    bounds(&given.bounds)
}

fn bounds(bounds: &[f64]) -> TokenStream {
    let bounds = bounds.iter().map(|bound| Literal::f64_unsuffixed(*bound));
    quote!(&[#(#bounds),*])
}

pub(crate) fn optional(v1: &Runtime, value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(#v1::Some(#value)),
        None => quote!(#v1::None),
    }
}

pub(crate) fn nanos(duration: Duration) -> Literal {
    Literal::u64_unsuffixed(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

fn number(value: u32) -> Literal {
    Literal::u32_unsuffixed(value)
}

/// `server` as the variant `Server`.
pub(crate) fn variant(word: &str) -> Ident {
    let mut chars = word.chars();
    let word: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    Ident::new(&word, Span::call_site())
}
