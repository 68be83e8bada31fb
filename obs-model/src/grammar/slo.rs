//! `slo(success = "99.9%", latency("25ms", "95%"))`.

use super::read::{self, Keys};
use super::value::{self, Key};
use super::{Ctxt, Given, keyword};
use crate::catalogue::{Latency, Slo};
use crate::{Percent, duration};
use proc_macro2::Span;
use std::time::Duration;
use syn::parse::ParseStream;
use syn::{Error, Result, Token};

const KEYS: Keys = Keys {
    of: "`slo(…)`",
    once: &[keyword::SUCCESS, keyword::WINDOW, keyword::MIN_EVENTS, keyword::NAME],
    repeated: &[keyword::LATENCY],
    foreign: &[],
};

/// The budget's period where none is given.
const DEFAULT_WINDOW: &str = "30d";

/// A service level objective, as given.
///
/// ```ebnf
/// slo     = "slo" "(" item { "," item } [ "," ] ")" ;
/// item    = "success" "=" percentage
///         | "latency" "(" duration "," percentage ")"     (* any number of times *)
///         | "window" "=" duration | "min_events" "=" integer | "name" "=" string ;
/// ```
#[derive(Clone, Debug)]
pub struct SloArgs {
    /// The objective, in the catalogue's form.
    pub slo: Slo,
    /// Where each latency bound stands, in the order of `slo.latency`.
    pub bounds: Vec<Span>,
    /// The word `slo`.
    pub span: Span,
}

pub(super) fn parse(ctxt: &Ctxt, key: &Key, input: ParseStream<'_>) -> Result<SloArgs> {
    let content = value::parenthesised(key, input, "success = \"99.9%\", latency(\"25ms\", \"95%\")")?;
    let window = duration::parse(DEFAULT_WINDOW).unwrap_or(Duration::from_secs(30 * 86_400));
    let mut slo = Slo { success: None, latency: Vec::new(), window, min_events: None, name: None };
    let mut latency: Vec<Given<Latency>> = Vec::new();
    let right = read::stream(ctxt, &content, &KEYS, |key, input| {
        match key.name {
            keyword::SUCCESS => {
                slo.success = Some(value::read(value::string(&key, input, "99.9%")?, Percent::parse)?.value);
            }
            keyword::WINDOW => slo.window = self::window(&key, input)?,
            keyword::MIN_EVENTS => {
                slo.min_events = Some(value::number(&key, input, 1..=u64::from(u32::MAX))?.value);
            }
            keyword::NAME => slo.name = Some(value::string(&key, input, "checkout")?.value),
            _ => {
                let given = objective(&key, input)?;
                if latency.iter().any(|known| known.value.bound == given.value.bound) {
                    return Err(Error::new(
                        given.span,
                        format!(
                            "two objectives for the bound {}; keep one of them",
                            duration::display(given.value.bound)
                        ),
                    ));
                }
                latency.push(given);
            }
        }
        Ok(())
    });
    if slo.success.is_none() && latency.is_empty() && right {
        return Err(
            key.error("an objective needs `success = \"99.9%\"` or `latency(\"25ms\", \"95%\")`, or both")
        );
    }
    latency.sort_by_key(|given| given.value.bound);
    let bounds = latency.iter().map(|given| given.span).collect();
    slo.latency = latency.into_iter().map(|given| given.value).collect();
    Ok(SloArgs { slo, bounds, span: key.span })
}

fn window(key: &Key, input: ParseStream<'_>) -> Result<Duration> {
    const HOUR: Duration = Duration::from_secs(3600);
    let given = value::duration(key, input, DEFAULT_WINDOW)?;
    match given.value >= HOUR {
        true => Ok(given.value),
        false => Err(Error::new(
            given.span,
            "the window of an objective is at least an hour; 30 days are usual: `window = \"30d\"`",
        )),
    }
}

/// The parentheses after `latency`.
fn objective(key: &Key, input: ParseStream<'_>) -> Result<Given<Latency>> {
    const EXAMPLE: &str = "`latency(\"25ms\", \"95%\")`";
    let content = value::parenthesised(key, input, "\"25ms\", \"95%\"")?;
    let read = || {
        let bound = value::read(value::text("latency", &content, EXAMPLE)?, duration::parse)?;
        content.parse::<Token![,]>().map_err(|e| {
            Error::new(e.span(), format!("expected `,` and the share of calls, as in {EXAMPLE}"))
        })?;
        let share = value::read(value::text("latency", &content, EXAMPLE)?, Percent::parse)?;
        content.parse::<Option<Token![,]>>()?;
        match content.is_empty() {
            true => Ok(bound.map(|bound| Latency { bound, share: share.value })),
            false => Err(content.error(format!("an objective is a bound and a share, as in {EXAMPLE}"))),
        }
    };
    let objective = read();
    // What is left has been reported; syn would report it again.
    content.parse::<proc_macro2::TokenStream>()?;
    objective
}
