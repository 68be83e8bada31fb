//! `buckets = "preset"` and `buckets = [0.1, 1.0]`.

use super::value::{self, Key};
use crate::bucket::{self, Preset};
use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Error, LitFloat, LitInt, LitStr, Result, Token};

/// Histogram bucket boundaries, as given.
///
/// ```ebnf
/// buckets = "buckets" "=" ( '"' preset '"' | "[" number { "," number } [ "," ] "]" ) ;
/// preset  = "latency" | "fast" | "batch" | "bytes" | "kernel" ;
/// ```
#[derive(Clone, Debug)]
pub struct Buckets {
    /// The upper bounds, without +Inf.
    pub bounds: Vec<f64>,
    /// The preset, if one was named.
    pub preset: Option<Preset>,
    /// The preset's name, or the list.
    pub span: Span,
}

const EXAMPLE: &str = "\"latency\"` or `buckets = [0.01, 0.1, 1.0]";

impl Buckets {
    pub(super) fn parse(key: &Key, input: ParseStream<'_>) -> Result<Buckets> {
        if !input.peek(Token![=]) {
            return Err(
                key.error(format!("`buckets` takes a preset or a list of numbers: `buckets = {EXAMPLE}`"))
            );
        }
        input.parse::<Token![=]>()?;
        if input.peek(LitStr) {
            return Buckets::preset(input.parse()?);
        }
        if !input.peek(syn::token::Bracket) {
            return Err(
                input.error(format!("expected a preset or a list of numbers, as in `buckets = {EXAMPLE}`"))
            );
        }
        Buckets::list(input)
    }

    fn preset(name: LitStr) -> Result<Buckets> {
        match Preset::parse(&name.value()) {
            Some(preset) => {
                Ok(Buckets { bounds: preset.bounds().to_vec(), preset: Some(preset), span: name.span() })
            }
            None => {
                let known = Preset::ALL.map(Preset::as_str);
                Err(Error::new(
                    name.span(),
                    format!(
                        "unknown preset \"{}\"{}",
                        name.value(),
                        value::meant_or(&name.value(), &known, || format!(
                            "one of {}, or a list such as [0.01, 0.1, 1.0]",
                            value::list(&known, '"')
                        ))
                    ),
                ))
            }
        }
    }

    fn list(input: ParseStream<'_>) -> Result<Buckets> {
        let content;
        let bracket = syn::bracketed!(content in input);
        let (mut bounds, mut spans) = (Vec::new(), Vec::new());
        let mut mistake = None;
        while !content.is_empty() {
            match number(&content) {
                Ok((bound, span)) => {
                    bounds.push(bound);
                    spans.push(span);
                }
                Err(error) => {
                    mistake = Some(error);
                    break;
                }
            }
        }
        // What is left has been reported; syn would report it again.
        content.parse::<proc_macro2::TokenStream>()?;
        if let Some(error) = mistake {
            return Err(error);
        }
        let span = bracket.span.join();
        match bucket::check(&bounds) {
            Ok(()) => Ok(Buckets { bounds, preset: None, span }),
            Err((at, message)) => Err(Error::new(spans.get(at).copied().unwrap_or(span), message)),
        }
    }
}

/// A number, and the comma behind it.
fn number(input: ParseStream<'_>) -> Result<(f64, Span)> {
    let wrong = |span| Error::new(span, "a bucket boundary is a number, such as 0.25");
    let negative = input.parse::<Option<Token![-]>>()?;
    let (bound, span) = if input.peek(LitFloat) {
        let literal: LitFloat = input.parse()?;
        (literal.base10_parse::<f64>(), literal.span())
    } else {
        let literal: LitInt = input.parse().map_err(|e: Error| wrong(e.span()))?;
        (literal.base10_parse::<u64>().map(|n| n as f64), literal.span())
    };
    let bound = bound.map_err(|_| wrong(span))?;
    if !input.is_empty() {
        input
            .parse::<Token![,]>()
            .map_err(|e| Error::new(e.span(), "expected `,` between bucket boundaries"))?;
    }
    Ok((if negative.is_some() { -bound } else { bound }, span))
}
