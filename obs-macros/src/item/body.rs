//! A function's body as tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// The braces of a function and what they hold.
#[derive(Clone)]
pub(crate) struct Body {
    /// Where the user's braces stand.
    span: Span,
    /// `#![…]` at its start, which has to stay there.
    inner: TokenStream,
    /// The rest, in the user's braces.
    statements: Group,
}

/// The ways in which a body can leave its function before its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exits {
    /// By `return` or `?`.
    pub(crate) written: bool,
    /// By what a macro expands to.
    pub(crate) hidden: bool,
}

impl Exits {
    /// Those that tokens hold. What stands in closures and nested functions is counted too: finding out costs
    /// more than being careful.
    pub(crate) fn of(tokens: TokenStream) -> Exits {
        let mut exits = Exits::default();
        scan(tokens, &mut exits);
        exits
    }

    pub(crate) fn any(self) -> bool {
        self.written || self.hidden
    }
}

/// An item that ends in braces with nothing between them, and what was there as a function's body.
pub(crate) fn aside(item: &TokenStream) -> Option<(TokenStream, Body)> {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let Some(TokenTree::Group(group)) = tokens.pop() else { return None };
    if group.delimiter() != Delimiter::Brace {
        return None;
    }
    tokens.push(braces(TokenStream::new(), group.span()).into());
    Some((tokens.into_iter().collect(), Body::new(group)))
}

impl Body {
    pub(super) fn new(group: Group) -> Body {
        let span = group.span();
        let mut rest = group.stream().into_iter().peekable();
        let is = |token: Option<&TokenTree>, c: char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == c);
        let mut inner = TokenStream::new();
        if is(rest.peek(), '#') {
            let mut ahead = rest.clone();
            while is(ahead.next().as_ref(), '#') && is(ahead.next().as_ref(), '!') {
                ahead.next();
                inner.extend(rest.by_ref().take(3));
                ahead = rest.clone();
            }
        }
        let statements = if inner.is_empty() { group } else { braces(rest.collect(), span) };
        Body { span, inner, statements }
    }

    /// The user's statements, in the user's braces.
    pub(crate) fn block(&self) -> &Group {
        &self.statements
    }

    /// The body with other statements. Inner attributes stay first.
    pub(super) fn replaced(&self, statements: TokenStream) -> Group {
        let mut all = self.inner.clone();
        all.extend(statements);
        braces(all, self.span)
    }

    /// How the body can leave early.
    pub(crate) fn exits(&self) -> Exits {
        Exits::of(self.statements.stream())
    }
}

impl ToTokens for Body {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.replaced(self.statements.stream()).to_tokens(tokens);
    }
}

fn braces(tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(span);
    group
}

/// The standard library's macros, which do not leave the function around them.
const HARMLESS: [&str; 30] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "line",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
];
/// Words behind which `!` is a negation.
const BEFORE_NOT: [&str; 7] = ["if", "while", "match", "in", "else", "break", "as"];

fn scan(tokens: TokenStream, exits: &mut Exits) {
    let mut word: Option<String> = None;
    let mut call: Option<String> = None;
    for token in tokens {
        let was = word.take();
        let called = call.take();
        match token {
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                exits.written |= ident == "return";
                word = Some(ident);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                '?' => exits.written = true,
                '!' => call = was.filter(|was| !BEFORE_NOT.contains(&was.as_str())),
                _ => {}
            },
            TokenTree::Group(group) => {
                if let Some(name) = called {
                    exits.hidden |= !HARMLESS.contains(&name.as_str());
                }
                scan(group.stream(), exits);
            }
            TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn body(tokens: TokenStream) -> Body {
        Body::new(Group::new(Delimiter::Brace, tokens))
    }

    #[test]
    fn exits_are_seen() {
        let exits = |tokens| {
            let Exits { written, hidden } = body(tokens).exits();
            (written, hidden)
        };
        assert_eq!(
            exits(quote!(let x = !y; if !(a) && x != b { format!("{x}"); } assert!(x))),
            (false, false)
        );
        assert_eq!(
            exits(quote!({
                f()?;
            })),
            (true, false)
        );
        assert_eq!(exits(quote!(if x { return 3; } 4)), (true, false));
        assert_eq!(exits(quote!(anyhow::bail!("x"))), (false, true));
        assert_eq!(exits(quote!(println!("{}", f()?))), (true, false));
    }

    #[test]
    fn inner_attributes_stay_first() {
        let tokens = |text: &str| text.parse::<TokenStream>().expect("the test's tokens");
        let body = body(tokens("#![allow(unused)] #![doc = \"x\"] #[inline] fn g() {} 1"));
        assert_eq!(body.block().stream().to_string(), tokens("#[inline] fn g() {} 1").to_string());
        let replaced = body.replaced(tokens("2")).stream().to_string();
        assert_eq!(replaced, tokens("#![allow(unused)] #![doc = \"x\"] 2").to_string());
        let whole = tokens("{ #![allow(unused)] #![doc = \"x\"] #[inline] fn g() {} 1 }").to_string();
        assert_eq!(body.to_token_stream().to_string(), whole);
    }
}
