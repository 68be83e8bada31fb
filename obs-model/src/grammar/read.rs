//! The one reader of `key`, `key = value`, `key(…)`, separated by commas.

use super::Ctxt;
use super::value::{self, Key};
use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Ident, Result, Token};

/// The arguments that a place takes.
pub(super) struct Keys {
    /// What they are arguments of, for messages: `#[observe]`.
    pub(super) of: &'static str,
    /// The keys that may stand there once.
    pub(super) once: &'static [&'static str],
    /// The keys that may stand there more than once.
    pub(super) repeated: &'static [&'static str],
    /// Keys that people know from elsewhere, and what is said of them here.
    pub(super) foreign: &'static [(&'static str, &'static str)],
}

/// Reads all arguments in `tokens`, calling `each` with every key; see [`stream`].
pub(super) fn tokens(
    ctxt: &Ctxt,
    tokens: TokenStream,
    keys: &Keys,
    each: impl FnMut(Key, ParseStream<'_>) -> Result<()>,
) {
    let parser = |input: ParseStream<'_>| {
        stream(ctxt, input, keys, each);
        Ok(())
    };
    // Everything was consumed, so that there is nothing left for syn to complain about.
    ctxt.ok(parser.parse2(tokens));
}

/// Reads all arguments to the end of `input`.
///
/// This is where unknown and repeated keys are caught, for every attribute. After a mistake reading goes
/// on behind the next comma. Gives whether there was none: what is missing may have been in one.
pub(super) fn stream(
    ctxt: &Ctxt,
    input: ParseStream<'_>,
    keys: &Keys,
    mut each: impl FnMut(Key, ParseStream<'_>) -> Result<()>,
) -> bool {
    let mut right = true;
    let mut seen: Vec<&'static str> = Vec::new();
    while !input.is_empty() {
        let read = key(input, keys).and_then(|key| {
            if !keys.repeated.contains(&key.name) {
                if seen.contains(&key.name) {
                    return Err(key.error(format!("`{}` is given twice; keep one of them", key.name)));
                }
                seen.push(key.name);
            }
            each(key, input)?;
            end(input, || format!("expected `,` after `{}` or the end of the list", key.name))
        });
        right &= read.is_ok();
        next(ctxt, input, read);
    }
    right
}

/// Reads `item`s separated by commas to the end of `input`, going on behind the next comma after a mistake.
pub(super) fn list(ctxt: &Ctxt, input: ParseStream<'_>, mut item: impl FnMut(ParseStream<'_>) -> Result<()>) {
    while !input.is_empty() {
        let read = item(input).and_then(|()| end(input, || "expected `,` or the end of the list".to_owned()));
        next(ctxt, input, read);
    }
}

/// The key, with what to write when it is none.
fn key(input: ParseStream<'_>, keys: &Keys) -> Result<Key> {
    let known: Vec<&'static str> = keys.once.iter().chain(keys.repeated).copied().collect();
    let name: Ident = input.call(Ident::parse_any).map_err(|e| {
        syn::Error::new(
            e.span(),
            format!("expected an argument of {}: {}", keys.of, value::one_of(&known, '`')),
        )
    })?;
    let word = name.unraw().to_string();
    match known.iter().find(|key| **key == word) {
        Some(known) => Ok(Key { name: known, span: name.span() }),
        None => {
            let message = match keys.foreign.iter().find(|(foreign, _)| *foreign == word) {
                Some((_, said)) => format!("{} takes no `{word}`: {said}", keys.of),
                None => format!(
                    "unknown argument `{word}` of {}{}",
                    keys.of,
                    value::meant_or(&word, &known, || value::one_of(&known, '`'))
                ),
            };
            Err(syn::Error::new(name.span(), message))
        }
    }
}

/// The end of an argument.
fn end(input: ParseStream<'_>, expected: impl FnOnce() -> String) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(expected()))
}

/// Notes the mistake, if any, and goes behind the next comma.
fn next(ctxt: &Ctxt, input: ParseStream<'_>, read: Result<()>) {
    ctxt.ok(read);
    skip_one(input);
}

/// Skips what is left of an argument, and the comma behind it.
pub(super) fn skip_one(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        skip(input);
    }
    if !input.is_empty() {
        skip(input);
    }
}

fn skip(input: ParseStream<'_>) {
    let skipped = input.step(|cursor| match cursor.token_tree() {
        Some((_, rest)) => Ok(((), rest)),
        None => Err(cursor.error("nothing to skip")),
    });
    debug_assert!(skipped.is_ok(), "only called where there is a token");
}
