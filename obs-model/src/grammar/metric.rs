//! `#[metric(…)]`.

use super::read::{self, Keys};
use super::value::{self, Key};
use super::{Bound, Buckets, Ctxt, Given, Label, keyword, labels, observe};
use crate::catalogue::{Kind, Source};
use proc_macro2::{Span, TokenStream};
use std::time::Duration;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Ident, Path, Result, Token};

const KEYS: Keys = Keys {
    of: "`#[metric]`",
    once: &[
        keyword::NAME,
        keyword::HELP,
        keyword::LABELS,
        keyword::VALUE,
        keyword::WHEN,
        keyword::BUCKETS,
        keyword::EXPIRE,
        keyword::KEEP_NAME,
        keyword::DASHBOARD,
        keyword::CRATE,
    ],
    repeated: &[],
    foreign: &[],
};

/// The calls that a metric on a function counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// Calls that end well.
    #[default]
    Ok,
    /// Calls that return an error.
    Error,
    /// Every call, however it ends: also by cancellation or panic.
    Always,
}

impl When {
    const ALL: [When; 3] = [When::Ok, When::Error, When::Always];

    const fn as_str(self) -> &'static str {
        match self {
            When::Ok => keyword::WHENS[0],
            When::Error => keyword::WHENS[1],
            When::Always => keyword::WHENS[2],
        }
    }
}

/// The arguments of `#[metric(…)]` on a static or a function.
///
/// ```ebnf
/// metric   = "#[metric(" kind { "," argument } [ "," ] ")]" ;
/// kind     = "counter" | "gauge" | "histogram" ;
/// argument = "name" "=" string              (* required *)
///          | "help" "=" string              (* default: the documentation's first paragraph *)
///          | labels | buckets               (* see Label, Buckets *)
///          | "value" "=" expression         (* functions: what a call adds, sets or observes *)
///          | "when" "=" '"' ( "ok" | "error" | "always" ) '"'       (* functions; default: "ok", "always" with
///                                                     a label that is result(), "error" with error_type() *)
///          | "expire" "=" duration           (* gauges: the age at which a series leaves the page *)
///          | "keep_name"                    (* the name is one that others know already *)
///          | "dashboard" "=" string
///          | "crate" "=" path ;
/// ```
///
/// On a function and without `value`, a counter counts calls, a histogram times them, and a gauge *is* the
/// function: it is asked at each scrape.
#[derive(Clone, Default)]
pub struct MetricArgs {
    /// The kind of instrument.
    pub kind: Option<Given<Kind>>,
    /// The family's full name.
    pub name: Option<Given<String>>,
    /// What it says.
    pub help: Option<Given<String>>,
    /// Its labels, and where `labels` stands.
    pub labels: Option<Given<Vec<Label>>>,
    /// What a call adds, sets or observes.
    pub value: Option<Given<Expr>>,
    /// The calls that count.
    pub when: Option<Given<When>>,
    /// The buckets of a histogram.
    pub buckets: Option<Buckets>,
    /// The age at which a series that is not updated leaves the page.
    pub expire: Option<Given<Duration>>,
    /// Whether the name stays as it is, whatever the conventions say of it.
    pub keep_name: Option<Span>,
    /// The dashboard it belongs on.
    pub dashboard: Option<Given<String>>,
    /// Where the runtime is.
    pub krate: Option<Path>,
    /// Whether something in it was wrong, so that what is missing may have been there.
    pub mistaken: bool,
}

impl MetricArgs {
    /// Reads the tokens between the parentheses. Mistakes go to `ctxt`; what was right is kept.
    pub fn parse(ctxt: &Ctxt, tokens: TokenStream) -> MetricArgs {
        let mut args = MetricArgs::default();
        let parser = |input: ParseStream<'_>| {
            args.kind = ctxt.ok(kind(input));
            let right = read::stream(ctxt, input, &KEYS, |key, input| args.argument(ctxt, key, input));
            args.mistaken = args.kind.is_none() || !right;
            Ok(())
        };
        // Everything was consumed, so that there is nothing left for syn to complain about.
        ctxt.ok(parser.parse2(tokens));
        args
    }

    /// Reads an attribute.
    pub fn of(ctxt: &Ctxt, attribute: &Attribute) -> MetricArgs {
        let tokens = observe::arguments(ctxt, attribute, keyword::METRIC).unwrap_or_default();
        MetricArgs::parse(ctxt, tokens)
    }

    fn argument(&mut self, ctxt: &Ctxt, key: Key, input: ParseStream<'_>) -> Result<()> {
        let key = &key;
        match key.name {
            keyword::NAME => self.name = Some(value::string(key, input, "orders_total")?),
            keyword::HELP => self.help = Some(value::string(key, input, "Orders taken")?),
            keyword::LABELS => {
                let content = value::parenthesised(key, input, "format = input.format")?;
                self.labels = Some(Given {
                    value: labels::parse(ctxt, &content, crate::name::check_label),
                    span: key.span,
                });
            }
            keyword::VALUE => self.value = Some(value::expression(key, input, "input.len()")?),
            keyword::WHEN => self.when = Some(value::word(key, input, When::ALL, |when| when.as_str())?),
            keyword::BUCKETS => self.buckets = Some(Buckets::parse(key, input)?),
            keyword::EXPIRE => self.expire = Some(value::duration(key, input, "10m")?),
            keyword::KEEP_NAME => self.keep_name = Some(value::flag(key, input)?),
            keyword::DASHBOARD => self.dashboard = Some(value::string(key, input, "Orders")?),
            _ => self.krate = Some(value::path(key, input, "::obs_runtime")?),
        }
        Ok(())
    }

    /// The calls that count on a function: those that are told, or else those that its labels can tell apart.
    pub fn when(&self) -> When {
        let labels = || self.labels.iter().flat_map(|labels| &labels.value);
        let has = |wanted: fn(&Bound) -> bool| labels().any(|label| wanted(&label.bound));
        match self.when {
            Some(given) => given.value,
            None if has(|bound| matches!(bound, Bound::Result)) => When::Always,
            None if has(|bound| matches!(bound, Bound::ErrorType)) => When::Error,
            None => When::Ok,
        }
    }

    /// How the metric gets its values, on a static or a function.
    pub fn source(&self, on_function: bool) -> Source {
        let is_gauge = self.kind.is_some_and(|kind| kind.value == Kind::Gauge);
        match on_function {
            false => Source::Static,
            true if is_gauge && self.value.is_none() => Source::Polled,
            true => Source::Function,
        }
    }

    /// Whether calls are timed.
    pub fn is_duration(&self) -> bool {
        self.kind.is_some_and(|kind| kind.value == Kind::Histogram) && self.value.is_none()
    }
}

/// The first word, and the comma behind it.
fn kind(input: ParseStream<'_>) -> Result<Given<Kind>> {
    const KINDS: [Kind; 3] = [Kind::Counter, Kind::Gauge, Kind::Histogram];
    const EXPECTED: &str = "`#[metric]` starts with its kind: `counter`, `gauge` or `histogram`, as in `#[metric(counter, name = …)]`";
    let ahead = input.fork();
    let Ok(word) = ahead.call(Ident::parse_any) else {
        let at = input.span();
        read::skip_one(input);
        return Err(syn::Error::new(at, EXPECTED));
    };
    let text = word.unraw().to_string();
    if KEYS.once.contains(&text.as_str()) {
        return Err(syn::Error::new(word.span(), EXPECTED));
    }
    if ahead.peek(Token![=]) {
        // `kind = "counter"`
        read::skip_one(input);
        return Err(syn::Error::new(word.span(), EXPECTED));
    }
    input.call(Ident::parse_any)?;
    let found = KINDS.into_iter().find(|kind| kind.as_str() == text);
    let behind: Span = input.span();
    let comma = input.is_empty() || input.parse::<Option<Token![,]>>()?.is_some();
    match found {
        Some(value) if comma => Ok(Given { value, span: word.span() }),
        Some(_) => Err(syn::Error::new(behind, format!("expected `,` after `{text}`"))),
        None => Err(syn::Error::new(
            word.span(),
            format!(
                "unknown kind of metric `{text}`{}",
                value::meant_or(&text, &KINDS.map(Kind::as_str), || {
                    "`counter`, `gauge` or `histogram`".to_owned()
                })
            ),
        )),
    }
}
