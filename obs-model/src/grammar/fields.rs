//! `fields(subject = %input.subject)`.

use super::{Ctxt, Given, read};
use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Expr, Ident, LitStr, Result, Token};

/// How a field's value is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As a value that `tracing` knows: numbers, strings, booleans.
    Value,
    /// `%value`: as its `Display` shows it.
    Display,
    /// `?value`: as its `Debug` shows it.
    Debug,
}

/// The most fields that an attribute may name: a span of `tracing` has room for 32, and three say how the call
/// ended.
pub const MAX_FIELDS: usize = 29;

/// What a span records, as `tracing`'s own macros write it.
///
/// ```ebnf
/// fields = "fields" "(" [ field { "," field } [ "," ] ] ")" ;
/// field  = name "=" [ mode ] expression | [ mode ] place ;
/// name   = ident { "." ident } | string ;
/// place  = ident { "." ident } ;          (* the value, and the field's name *)
/// mode   = "%" | "?" ;
/// ```
#[derive(Clone)]
pub struct Field {
    /// The field's name, with its dots.
    pub name: Given<String>,
    /// How it is recorded.
    pub mode: Mode,
    /// What is recorded. Evaluated before the body, and only if the span is enabled.
    pub value: Expr,
}

/// Reads what stands between the parentheses.
pub(super) fn parse(ctxt: &Ctxt, input: ParseStream<'_>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    read::list(ctxt, input, |input| {
        let field = field(input)?;
        if fields.iter().any(|known| known.name.value == field.name.value) {
            return Err(Error::new(
                field.name.span,
                format!("the field `{}` is given twice; keep one of them", field.name.value),
            ));
        }
        if fields.len() == MAX_FIELDS {
            return Err(Error::new(
                field.name.span,
                format!(
                    "a span has room for {MAX_FIELDS} fields, and `{}` is one more; leave one out",
                    field.name.value
                ),
            ));
        }
        fields.push(field);
        Ok(())
    });
    fields
}

fn field(input: ParseStream<'_>) -> Result<Field> {
    if let Some(mode) = mode(input)? {
        let (name, place) = place(input)?;
        return Ok(Field { name, mode, value: place });
    }
    let (name, place) = if input.peek(LitStr) {
        let name: LitStr = input.parse()?;
        (Given { value: name.value(), span: name.span() }, None)
    } else {
        let (name, place) = place(input)?;
        (name, Some(place))
    };
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let mode = mode(input)?.unwrap_or(Mode::Value);
        let value = input.parse().map_err(|e: Error| {
            Error::new(e.span(), format!("expected an expression, as in `{} = value`", name.value))
        })?;
        return Ok(Field { name, mode, value });
    }
    match place {
        Some(value) => Ok(Field { name, mode: Mode::Value, value }),
        None => Err(Error::new(name.span, format!("a quoted field needs a value: `\"{}\" = …`", name.value))),
    }
}

fn mode(input: ParseStream<'_>) -> Result<Option<Mode>> {
    if input.parse::<Option<Token![%]>>()?.is_some() {
        return Ok(Some(Mode::Display));
    }
    Ok(input.parse::<Option<Token![?]>>()?.map(|_| Mode::Debug))
}

/// `input.subject`: a name, and the same as an expression.
fn place(input: ParseStream<'_>) -> Result<(Given<String>, Expr)> {
    let part = |input: ParseStream<'_>| -> Result<Ident> {
        input.call(Ident::parse_any).map_err(|e| {
            Error::new(
                e.span(),
                "expected a field: `name`, `name = value`, `name = %shown`, `name = ?debugged`",
            )
        })
    };
    let first = part(input)?;
    let span: Span = first.span();
    let mut name = first.unraw().to_string();
    let mut tokens = first.into_token_stream();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?.to_tokens(&mut tokens);
        let next = part(input)?;
        name.push('.');
        name.push_str(&next.unraw().to_string());
        next.to_tokens(&mut tokens);
    }
    // `http.type = …` is a name, though `type` could not be read as an expression.
    let value = syn::parse2(tokens.clone()).unwrap_or(Expr::Verbatim(tokens));
    Ok((Given { value: name, span }, value))
}
