//! Reading the value of an argument. Each reader's error says what the argument takes, with an example.

use crate::suggest;
use proc_macro2::{Delimiter, Span, TokenTree};
use std::time::Duration;
use syn::parse::{ParseBuffer, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, Expr, LitInt, LitStr, Path, Result, Token};

/// What a user gave, and where.
#[derive(Clone, Copy, Debug)]
pub struct Given<T> {
    /// The value.
    pub value: T,
    /// The token that gave it, which mistakes about it point at.
    pub span: Span,
}

impl<T> Given<T> {
    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Given<U> {
        Given { value: f(self.value), span: self.span }
    }
}

/// The key of an argument that is being read.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) span: Span,
}

impl Key {
    pub(super) fn error(&self, message: impl std::fmt::Display) -> Error {
        Error::new(self.span, message)
    }

    /// The `=` between key and value.
    fn equals(&self, input: ParseStream<'_>, example: &str) -> Result<()> {
        let name = self.name;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(self.error(format!("`{name}` needs a value, such as `{name} = {example}`")));
        }
        input
            .parse::<Token![=]>()
            .map(drop)
            .map_err(|e| Error::new(e.span(), format!("expected `=`, as in `{name} = {example}`")))
    }
}

/// A string that is not empty.
pub(super) fn string(key: &Key, input: ParseStream<'_>, example: &str) -> Result<Given<String>> {
    let example = format!("\"{example}\"");
    key.equals(input, &example)?;
    text(key.name, input, &format!("`{} = {example}`", key.name))
}

/// A string literal by itself.
pub(super) fn text(what: &str, input: ParseStream<'_>, example: &str) -> Result<Given<String>> {
    let literal: LitStr = input
        .parse()
        .map_err(|e| Error::new(e.span(), format!("expected a string in quotes, as in {example}")))?;
    if !literal.suffix().is_empty() {
        return Err(Error::new(literal.span(), format!("expected a plain string, as in {example}")));
    }
    let value = literal.value();
    if value.trim().is_empty() {
        return Err(Error::new(literal.span(), format!("`{what}` is empty; write something like {example}")));
    }
    Ok(Given { value, span: literal.span() })
}

/// One of a few words, as a string.
pub(super) fn word<T>(
    key: &Key,
    input: ParseStream<'_>,
    all: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> &'static str,
) -> Result<Given<T>> {
    let mut all: Vec<T> = all.into_iter().collect();
    let names: Vec<&'static str> = all.iter().map(&name).collect();
    let given = string(key, input, names.first().copied().unwrap_or_default())?;
    match names.iter().position(|name| *name == given.value) {
        Some(at) => Ok(Given { value: all.swap_remove(at), span: given.span }),
        None => Err(Error::new(
            given.span,
            format!(
                "unknown `{}` \"{}\"{}",
                key.name,
                given.value,
                meant_or(&given.value, &names, || one_of(&names, '"'))
            ),
        )),
    }
}

/// `"25ms"`.
pub(super) fn duration(key: &Key, input: ParseStream<'_>, example: &str) -> Result<Given<Duration>> {
    let given = string(key, input, example)?;
    read(given, crate::duration::parse)
}

/// What `parse` makes of a string; its error stands at the string.
pub(super) fn read<T>(
    given: Given<String>,
    parse: impl FnOnce(&str) -> std::result::Result<T, String>,
) -> Result<Given<T>> {
    match parse(&given.value) {
        Ok(value) => Ok(Given { value, span: given.span }),
        Err(message) => Err(Error::new(given.span, message)),
    }
}

/// A whole number within `range`.
pub(super) fn integer(
    what: &str,
    input: ParseStream<'_>,
    range: std::ops::RangeInclusive<u64>,
) -> Result<Given<u64>> {
    let wrong = |span| {
        Error::new(span, format!("{what} is a whole number from {} to {}", range.start(), range.end()))
    };
    let literal: LitInt = input.parse().map_err(|e: Error| wrong(e.span()))?;
    match literal.base10_parse::<u64>() {
        Ok(value) if range.contains(&value) => Ok(Given { value, span: literal.span() }),
        _ => Err(wrong(literal.span())),
    }
}

/// `key = 100`.
pub(super) fn number(
    key: &Key,
    input: ParseStream<'_>,
    range: std::ops::RangeInclusive<u64>,
) -> Result<Given<u64>> {
    key.equals(input, "100")?;
    integer(&format!("`{}`", key.name), input, range)
}

/// `key = expression`.
pub(super) fn expression(key: &Key, input: ParseStream<'_>, example: &str) -> Result<Given<Expr>> {
    key.equals(input, example)?;
    let value: Expr = input.parse().map_err(|e| {
        Error::new(e.span(), format!("expected an expression, as in `{} = {example}`", key.name))
    })?;
    Ok(Given { span: value.span(), value })
}

/// `crate = path`.
pub(super) fn path(key: &Key, input: ParseStream<'_>, example: &str) -> Result<Path> {
    key.equals(input, example)?;
    input.call(Path::parse_mod_style).map_err(|e| {
        Error::new(e.span(), format!("expected the path of the runtime crate, as in `crate = {example}`"))
    })
}

/// A key that stands alone.
pub(super) fn flag(key: &Key, input: ParseStream<'_>) -> Result<Span> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(key.span);
    }
    Err(input.error(format!("`{}` stands alone, without a value", key.name)))
}

/// What stands in the parentheses after a key.
pub(super) fn parenthesised<'a>(key: &Key, input: ParseStream<'a>, example: &str) -> Result<ParseBuffer<'a>> {
    let is_group = matches!(
        input.cursor().token_tree(),
        Some((TokenTree::Group(group), _)) if group.delimiter() == Delimiter::Parenthesis
    );
    if !is_group {
        return Err(key.error(format!("`{0}` takes a list in parentheses: `{0}({example})`", key.name)));
    }
    let content;
    syn::parenthesized!(content in input);
    Ok(content)
}

/// `; did you mean …?`, when there is something close.
pub(super) fn meant(word: &str, among: &[&str]) -> String {
    match suggest::nearest(word, among.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    }
}

/// The same, or what is expected where nothing is near.
pub(super) fn meant_or(word: &str, among: &[&str], expected: impl FnOnce() -> String) -> String {
    match meant(word, among) {
        near if near.is_empty() => format!("; expected {}", expected()),
        near => near,
    }
}

/// What one of a few words may be.
pub(super) fn one_of(words: &[&str], quote: char) -> String {
    let of = if words.len() > 1 { "one of " } else { "" };
    format!("{of}{}", list(words, quote))
}

/// Words in a row, each between quotation marks.
pub(super) fn list(words: &[&str], quote: char) -> String {
    words.iter().map(|word| format!("{quote}{word}{quote}")).collect::<Vec<_>>().join(", ")
}
