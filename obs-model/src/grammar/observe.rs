//! `#[observe(…)]`.

use super::read::{self, Keys};
use super::slo::{self, SloArgs};
use super::value::{self, Key};
use super::{Buckets, Ctxt, Field, Given, Label, check, fields, keyword, labels, shape};
use crate::catalogue::SpanKind;
use proc_macro2::{Span, TokenStream};
use std::time::Duration;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Meta, Path, Result, Signature};

const KEYS: Keys = Keys {
    of: "`#[observe]`",
    once: &[
        keyword::NAME,
        keyword::LABELS,
        keyword::FIELDS,
        keyword::SLO,
        keyword::SLOW,
        keyword::BUCKETS,
        keyword::METRIC,
        keyword::HELP,
        keyword::OK_IF,
        keyword::ERROR_IF,
        keyword::RUNBOOK,
        keyword::DASHBOARD,
        keyword::LEVEL,
        keyword::TARGET,
        keyword::KIND,
        keyword::PARENT,
        keyword::FOLLOWS_FROM,
        keyword::NO_SPAN,
        keyword::NO_METRICS,
        keyword::SKIP,
        keyword::CRATE,
    ],
    repeated: &[],
    foreign: &[
        ("skip_all", "nothing of the arguments is captured unless `fields(…)` or `labels(…)` names it"),
        ("err", "returned errors are counted, and are in the span, without being asked for"),
        ("ret", "what a call returns is not recorded; `ok_if` and `error_if` say how it counts"),
        ("objective", "an objective is `slo(success = \"99.9%\", latency(\"25ms\", \"95%\"))`"),
        ("track_concurrency", "calls in progress are always counted"),
    ],
};

/// The arguments of `#[observe(…)]` on a function, an `impl` or trait block, or an inline module.
///
/// ```ebnf
/// observe  = "#[observe" [ "(" [ argument { "," argument } [ "," ] ] ")" ] "]" ;
/// argument = "name" "=" string                   (* the function label and the span's name *)
///          | "target" "=" string                 (* of the span; default: the module *)
///          | "level" "=" level                   (* of the span; default: "info" *)
///          | "kind" "=" kind                     (* of the span; default: "internal" *)
///          | "parent" "=" expression             (* of the span; default: the current one *)
///          | "follows_from" "=" expression       (* an iterator of span ids *)
///          | fields | labels | buckets | slo     (* see Field, Label, Buckets, SloArgs *)
///          | "metric" "=" string                 (* the prefix of families of its own *)
///          | "slow" "=" duration
///          | "ok_if" "=" expression              (* callable with a reference to the returned value *)
///          | "error_if" "=" expression
///          | "runbook" "=" string | "help" "=" string | "dashboard" "=" string
///          | "no_span" | "no_metrics"
///          | "skip"                              (* alone, inside an observed block *)
///          | "crate" "=" path ;
/// level    = '"' ( "trace" | "debug" | "info" | "warn" | "error" ) '"' ;
/// kind     = '"' ( "internal" | "server" | "client" | "producer" | "consumer" ) '"' ;
/// ```
///
/// Each argument may be given once, in any order.
#[derive(Clone, Default)]
pub struct ObserveArgs {
    /// The `function` label and the span's name, in place of the function's.
    pub name: Option<Given<String>>,
    /// The span's target.
    pub target: Option<Given<String>>,
    /// The span's level.
    pub level: Option<Given<&'static str>>,
    /// The span's role.
    pub kind: Option<Given<SpanKind>>,
    /// The span's parent.
    pub parent: Option<Given<Expr>>,
    /// The spans that the span follows from.
    pub follows_from: Option<Given<Expr>>,
    /// What the span records, and where `fields` stands.
    pub fields: Option<Given<Vec<Field>>>,
    /// The labels it adds, and where `labels` stands.
    pub labels: Option<Given<Vec<Label>>>,
    /// The prefix of families of its own.
    pub metric: Option<Given<String>>,
    /// The buckets of its histogram.
    pub buckets: Option<Buckets>,
    /// Calls over this bound are slow.
    pub slow: Option<Given<Duration>>,
    /// Its objective.
    pub slo: Option<SloArgs>,
    /// Which returned values count as ok.
    pub ok_if: Option<Given<Expr>>,
    /// Which returned values count as errors.
    pub error_if: Option<Given<Expr>>,
    /// The name or address of its runbook.
    pub runbook: Option<Given<String>>,
    /// What it does, in place of its documentation's first paragraph.
    pub help: Option<Given<String>>,
    /// The dashboard it belongs on.
    pub dashboard: Option<Given<String>>,
    /// Calls make no spans.
    pub no_span: Option<Span>,
    /// Calls are not counted.
    pub no_metrics: Option<Span>,
    /// A function of an observed block is left out.
    pub skip: Option<Span>,
    /// Where the runtime is.
    pub krate: Option<Path>,
}

impl ObserveArgs {
    /// Reads the tokens between the parentheses. Mistakes go to `ctxt`; what was right is kept.
    pub fn parse(ctxt: &Ctxt, tokens: TokenStream) -> ObserveArgs {
        let mut args = ObserveArgs::default();
        let mut others = None;
        read::tokens(ctxt, tokens, &KEYS, |key, input| {
            if key.name != keyword::SKIP && key.name != keyword::CRATE {
                others = others.or(Some(key.span));
            }
            args.argument(ctxt, key, input)
        });
        if let (Some(_), Some(other)) = (args.skip, others) {
            ctxt.error(other, "`skip` leaves the function out; other arguments say nothing beside it");
        }
        args
    }

    /// Reads an attribute on a member of an observed block, or in a source file.
    pub fn of(ctxt: &Ctxt, attribute: &Attribute) -> ObserveArgs {
        match arguments(ctxt, attribute, keyword::OBSERVE) {
            Some(tokens) => ObserveArgs::parse(ctxt, tokens),
            None => ObserveArgs::default(),
        }
    }

    /// The `#[observe]` among some attributes.
    pub fn among(ctxt: &Ctxt, attributes: &[Attribute]) -> Option<ObserveArgs> {
        let mut found = None;
        for attribute in attributes.iter().filter(|attribute| is(attribute, keyword::OBSERVE)) {
            match found {
                Some(_) => ctxt.error(attribute.path().span(), TWICE),
                None => found = Some(ObserveArgs::of(ctxt, attribute)),
            }
        }
        found
    }

    /// The arguments that a block gives its members: those of its attribute, and for the rest those of
    /// the observed block `around` it. `None` where neither observes it.
    pub fn of_block(
        ctxt: &Ctxt,
        attributes: &[Attribute],
        around: Option<&ObserveArgs>,
    ) -> Option<ObserveArgs> {
        match (ObserveArgs::among(ctxt, attributes), around) {
            (Some(own), Some(_)) if own.skip.is_some() => None,
            (Some(own), around) => {
                check::block(ctxt, &own);
                Some(around.map_or_else(|| own.clone(), |around| own.clone().within(around)))
            }
            (None, around) => around.cloned(),
        }
    }

    /// The checked arguments of a function: those of its attribute, and for the rest those of the observed
    /// `block` around it. `None` where it is not observed.
    pub fn of_member(
        ctxt: &Ctxt,
        attributes: &[Attribute],
        sig: &Signature,
        has_body: bool,
        block: Option<&ObserveArgs>,
    ) -> Option<ObserveArgs> {
        match ObserveArgs::among(ctxt, attributes) {
            Some(own) => own.checked(ctxt, sig, has_body, block),
            None if check::applies(sig, has_body) => block.map(|block| block.clone().fitted(sig)),
            None => None,
        }
    }

    /// The arguments of an attribute on a function, checked, and with those of the observed `block` around it.
    /// `None` where it is left out.
    pub fn checked(
        self,
        ctxt: &Ctxt,
        sig: &Signature,
        has_body: bool,
        block: Option<&ObserveArgs>,
    ) -> Option<ObserveArgs> {
        check::observe(ctxt, &self, sig, block.is_some());
        if self.skip.is_some() {
            return None;
        }
        check::function(ctxt, keyword::OBSERVE, sig, has_body);
        let own_latency = self.slo.is_some() || self.buckets.is_some();
        let args = match block {
            Some(block) => self.within(&block.clone().fitted(sig)),
            None => self,
        };
        if own_latency {
            check::latency(ctxt, &args);
        }
        Some(args)
    }

    /// A block's arguments without those that say nothing about one of its functions.
    fn fitted(mut self, sig: &Signature) -> ObserveArgs {
        if shape::nothing(shape::yielded(sig)) {
            (self.ok_if, self.error_if) = (None, None);
        }
        self
    }

    fn argument(&mut self, ctxt: &Ctxt, key: Key, input: ParseStream<'_>) -> Result<()> {
        let key = &key;
        match key.name {
            keyword::NAME => self.name = Some(value::string(key, input, "checkout")?),
            keyword::TARGET => self.target = Some(value::string(key, input, "shop::orders")?),
            keyword::LEVEL => self.level = Some(value::word(key, input, keyword::LEVELS, |level| level)?),
            keyword::KIND => self.kind = Some(value::word(key, input, SPAN_KINDS, |kind| kind.as_str())?),
            keyword::PARENT => self.parent = Some(value::expression(key, input, "&request.span")?),
            keyword::FOLLOWS_FROM => {
                self.follows_from = Some(value::expression(key, input, "[request.span.id()]")?);
            }
            keyword::FIELDS => {
                let content = value::parenthesised(key, input, "subject = %input.subject")?;
                self.fields = Some(Given { value: fields::parse(ctxt, &content), span: key.span });
            }
            keyword::LABELS => {
                let content = value::parenthesised(key, input, "format = input.format")?;
                self.labels = Some(Given {
                    value: labels::parse(ctxt, &content, crate::name::check_observed_label),
                    span: key.span,
                });
            }
            keyword::METRIC => self.metric = Some(value::string(key, input, "checkout")?),
            keyword::BUCKETS => self.buckets = Some(Buckets::parse(key, input)?),
            keyword::SLOW => self.slow = Some(value::duration(key, input, "100ms")?),
            keyword::SLO => self.slo = Some(slo::parse(ctxt, key, input)?),
            keyword::OK_IF => self.ok_if = Some(value::expression(key, input, "|value| value.is_some()")?),
            keyword::ERROR_IF => {
                self.error_if = Some(value::expression(key, input, "|value| value.is_none()")?);
            }
            keyword::RUNBOOK => self.runbook = Some(value::string(key, input, "checkout-fails")?),
            keyword::HELP => self.help = Some(value::string(key, input, "Orders taken")?),
            keyword::DASHBOARD => self.dashboard = Some(value::string(key, input, "Orders")?),
            keyword::NO_SPAN => self.no_span = Some(value::flag(key, input)?),
            keyword::NO_METRICS => self.no_metrics = Some(value::flag(key, input)?),
            keyword::SKIP if input.peek(syn::token::Paren) => {
                return Err(key.error(
                    "`skip` leaves a whole function out; nothing of the arguments is captured unless `fields(…)` or \
                     `labels(…)` names it"
                        .to_owned(),
                ));
            }
            keyword::SKIP => self.skip = Some(value::flag(key, input)?),
            _ => self.krate = Some(value::path(key, input, "::obs_runtime")?),
        }
        Ok(())
    }

    /// The arguments of a member of an observed block: its own, and for the rest the block's.
    ///
    /// A list of labels or fields is extended; where both name one, the member's own stands. What the
    /// member leaves out, or asks for although the block leaves it out, is the member's to say.
    pub fn within(self, block: &ObserveArgs) -> ObserveArgs {
        let mut block = block.clone();
        if self.no_span.is_some() {
            (block.fields, block.parent, block.follows_from) = (None, None, None);
            (block.level, block.target, block.kind) = (None, None, None);
        }
        if self.no_metrics.is_some() {
            (block.labels, block.buckets, block.slo) = (None, None, None);
        }
        if self.ok_if.is_some() || self.error_if.is_some() {
            (block.ok_if, block.error_if) = (None, None);
        }
        let wants_span = self.fields.is_some() || self.parent.is_some() || self.follows_from.is_some();
        let wants_metrics = self.labels.is_some() || self.slo.is_some() || self.metric.is_some();
        ObserveArgs {
            name: self.name.or(block.name),
            target: self.target.or(block.target),
            level: self.level.or(block.level),
            kind: self.kind.or(block.kind),
            parent: self.parent.or(block.parent),
            follows_from: self.follows_from.or(block.follows_from),
            fields: extend(self.fields, block.fields, |field| &field.name.value),
            labels: extend(self.labels, block.labels, |label| &label.name.value),
            metric: self.metric.or(block.metric),
            buckets: self.buckets.or(block.buckets),
            slow: self.slow.or(block.slow),
            slo: self.slo.or(block.slo),
            ok_if: self.ok_if.or(block.ok_if),
            error_if: self.error_if.or(block.error_if),
            runbook: self.runbook.or(block.runbook),
            help: self.help.or(block.help),
            dashboard: self.dashboard.or(block.dashboard),
            no_span: self.no_span.or(block.no_span.filter(|_| !wants_span)),
            no_metrics: self.no_metrics.or(block.no_metrics.filter(|_| !wants_metrics)),
            skip: self.skip,
            krate: self.krate.or(block.krate),
        }
    }
}

/// What a second attribute is told.
pub const TWICE: &str = "`#[observe]` is given twice; keep one of them";

const SPAN_KINDS: [SpanKind; 5] =
    [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];

/// The member's list, then what only the block has.
fn extend<T>(
    own: Option<Given<Vec<T>>>,
    block: Option<Given<Vec<T>>>,
    name: impl Fn(&T) -> &String,
) -> Option<Given<Vec<T>>> {
    match (own, block) {
        (Some(mut own), Some(block)) => {
            for item in block.value {
                if !own.value.iter().any(|known| name(known) == name(&item)) {
                    own.value.push(item);
                }
            }
            Some(own)
        }
        (own, block) => own.or(block),
    }
}

/// The tokens between an attribute's parentheses; `None` where it has none.
pub(super) fn arguments(ctxt: &Ctxt, attribute: &Attribute, name: &str) -> Option<TokenStream> {
    match &attribute.meta {
        Meta::Path(_) => None,
        Meta::List(list) => Some(list.tokens.clone()),
        Meta::NameValue(pair) => {
            ctxt.error(pair.eq_token.span, format!("expected `#[{name}(…)]`, with arguments in parentheses"));
            None
        }
    }
}

/// Whether an attribute is called `name`, by whatever path it is reached.
pub fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == name)
}
