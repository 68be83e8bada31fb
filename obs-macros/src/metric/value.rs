//! What a call contributes to a metric: its labels and its value, and when.

use super::OnFunction;
use crate::emit::{self, Runtime};
use crate::observe;
use obs_model::catalogue::Kind;
use obs_model::grammar::{Bound, Label, When};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// A metric's names in generated code.
pub(super) struct Part<'a> {
    metric: &'a OnFunction,
    v1: Runtime,
    /// Its static.
    item: Ident,
    labels: Ident,
    value: Ident,
}

impl<'a> Part<'a> {
    pub(super) fn new(metric: &'a OnFunction, position: usize) -> Part<'a> {
        Part {
            metric,
            v1: Runtime::at(metric.args.krate.as_ref()),
            item: format_ident!("__OBS_METRIC_{position}"),
            labels: format_ident!("__obs_labels_{position}"),
            value: format_ident!("__obs_value_{position}"),
        }
    }

    pub(super) fn when(&self) -> When {
        self.metric.args.when()
    }

    fn given(&self) -> &[Label] {
        self.metric.args.labels.as_ref().map(|given| given.value.as_slice()).unwrap_or_default()
    }

    /// Whether a label says how the call ended.
    pub(super) fn says_how(&self) -> bool {
        self.given().iter().any(|label| matches!(label.bound, Bound::Result | Bound::ErrorType))
    }

    /// What counts every call, however it ends.
    pub(super) fn guard(&self) -> Option<Ident> {
        (self.when() == When::Always).then(|| format_ident!("__obs_guard_{}", self.item))
    }

    /// The attribute's expressions, which use the function's parameters.
    pub(super) fn evaluated(&self) -> TokenStream {
        let args = &self.metric.args;
        let labels = args.labels.iter().flat_map(|labels| &labels.value).filter_map(Label::expr);
        let all = labels.chain(args.value.iter().map(|given| &given.value));
        quote!(#(#all,)*)
    }

    /// The static and its entry in the registry. `function` is where the metric stands.
    pub(super) fn declaration(&self, function: &Ident) -> TokenStream {
        let Part { metric, v1, item, .. } = self;
        let desc = emit::metric_desc(v1, &metric.args, function, &metric.desc);
        quote! {
            static #item: #v1::FunctionMetric = #v1::FunctionMetric::new(#desc);
            #v1::submit_function_metric!(#item);
        }
    }

    /// What is evaluated before the body: labels, value, the time. And for a metric that counts every call,
    /// what counts it however it ends.
    pub(super) fn before(&self) -> TokenStream {
        let Part { metric, v1, item, labels, value } = self;
        let given = observe::labels(v1, self.given(), item);
        let evaluated = match &metric.args.value {
            Some(given) => {
                let given = &given.value;
                quote_spanned!(given.span()=> let #value = #v1::amount(#given);)
            }
            None if metric.args.is_duration() => quote!(let #value = #v1::start();),
            None => TokenStream::new(),
        };
        let always = self.guard().map(|guard| {
            let record = self.record();
            if self.says_how() {
                quote!(let mut #guard = #v1::OnEnd::new(move |__obs_ending: #v1::Ending| #record);)
            } else {
                quote!(let #guard = #v1::OnDrop(move || #record);)
            }
        });
        quote!(let #labels = #given; #evaluated #always)
    }

    /// The update itself. What labels say of the end comes from `__obs_ending` and `__obs_ret`.
    pub(super) fn record(&self) -> TokenStream {
        let labels = &self.labels;
        let later: TokenStream = self
            .given()
            .iter()
            .enumerate()
            .filter_map(|(position, label)| self.later(position, label))
            .collect();
        if !later.is_empty() {
            let update = self.update();
            return quote!({ let mut #labels = #labels; #later #update });
        }
        self.update()
    }

    /// The value of a label that is known when the call has ended.
    fn later(&self, position: usize, label: &Label) -> Option<TokenStream> {
        let Part { v1, item, labels, .. } = self;
        let value = match (&label.bound, label.reads()) {
            (Bound::Result, _) => quote!(#v1::Ending::result(__obs_ending)),
            (Bound::ErrorType, _) => {
                quote!(#v1::capped(&#item, #position, #v1::Ending::error_type(__obs_ending)))
            }
            (bound, Some(read)) => {
                let at = v1.located(read.span());
                let read = quote_spanned!(read.span()=> #at::look(&__obs_ret, #read));
                match bound {
                    Bound::Capped(..) => quote!(#v1::capped(&#item, #position, #read)),
                    _ => quote_spanned!(read.span()=> #v1::label(&#read)),
                }
            }
            _ => return None,
        };
        Some(quote!(#labels[#position] = #value;))
    }

    fn update(&self) -> TokenStream {
        // By path: a trait of the user's may give every type a method of the same name.
        let Part { metric, v1, item, labels, value, .. } = self;
        match (&metric.args.value, metric.desc.kind) {
            (Some(_), _) => quote!(#v1::FunctionMetric::record(&#item, #labels, #value)),
            (None, Kind::Histogram) => quote!(#v1::FunctionMetric::elapsed(&#item, #labels, #value)),
            (None, _) => quote!(#v1::FunctionMetric::count(&#item, #labels, 1)),
        }
    }
}
