//! What an attribute stands on. Bodies stay tokens: they are not ours to read, need not parse while somebody
//! is typing, and reading them would cost every build.

mod block;
mod body;
mod target;

pub(crate) use block::{Block, Member, module_elsewhere};
pub(crate) use body::{Body, Exits, aside};
pub(crate) use target::Target;

use obs_model::grammar::{Ctxt, keyword, observe};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Meta, Result, Signature, Token, Visibility};

/// A function, method, or declaration of one.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    /// `None` for a declaration, which ends in a semicolon.
    pub(crate) body: Option<Body>,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Function> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let defaultness = input.parse()?;
        let sig = input.parse()?;
        let body = match plain(input.parse()?) {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(Body::new(group)),
            TokenTree::Punct(punct) if punct.as_char() == ';' => None,
            other => return Err(syn::Error::new(other.span(), "expected the body of a function")),
        };
        Ok(Function { attrs, vis, defaultness, sig, body })
    }
}

/// The token inside the invisible delimiters of a macro's `$body:block`.
fn plain(token: TokenTree) -> TokenTree {
    let TokenTree::Group(group) = &token else { return token };
    let mut inner = group.stream().into_iter();
    match (group.delimiter(), inner.next(), inner.next()) {
        (Delimiter::None, Some(only), None) => plain(only),
        _ => token,
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.head(tokens);
        match &self.body {
            Some(body) => body.to_tokens(tokens),
            None => <Token![;]>::default().to_tokens(tokens),
        }
    }
}

impl Function {
    /// Everything before the body.
    fn head(&self, tokens: &mut TokenStream) {
        tokens.extend(self.attrs.iter().map(ToTokens::to_token_stream));
        self.rest_of_head(tokens);
    }

    fn rest_of_head(&self, tokens: &mut TokenStream) {
        self.vis.to_tokens(tokens);
        self.defaultness.to_tokens(tokens);
        self.sig.to_tokens(tokens);
    }

    /// The function with `statements` in its body.
    pub(crate) fn with(&self, body: &Body, statements: TokenStream) -> TokenStream {
        let mut tokens: TokenStream = self.attrs.iter().map(unexpected).collect();
        self.rest_of_head(&mut tokens);
        body.replaced(statements).to_tokens(&mut tokens);
        tokens
    }

    /// The function without an expansion. After a mistake that hides uses of its parameters: those of the
    /// attribute's expressions are left out with these.
    pub(crate) fn plain(&self, ctxt: &Ctxt) -> TokenStream {
        let allowed = (!ctxt.is_clean()).then(|| quote!(#[allow(unused_variables)]));
        quote!(#allowed #self)
    }

    /// Removes its attributes of that name.
    pub(crate) fn strip(&mut self, name: &str) {
        self.attrs.retain(|attribute| !observe::is(attribute, name));
    }

    /// What our attributes that have yet to see the function hold. Their expressions use its parameters too.
    pub(crate) fn to_come(&self) -> TokenStream {
        const OURS: [&str; 3] = [keyword::OBSERVE, keyword::METRIC, keyword::GPU_KERNEL];
        let ours = |attribute: &&Attribute| OURS.iter().any(|name| observe::is(attribute, name));
        let held = |attribute: &Attribute| match &attribute.meta {
            Meta::List(list) => Some(list.tokens.clone()),
            _ => None,
        };
        self.attrs.iter().filter(ours).filter_map(held).collect()
    }

    /// Whether its callers' locations are its own: no code of ours may come between.
    pub(crate) fn is_track_caller(&self) -> bool {
        self.attrs.iter().any(|attribute| {
            let path = attribute.path();
            path.is_ident("track_caller")
                || path.is_ident("cfg_attr")
                    && attribute.meta.to_token_stream().to_string().contains("track_caller")
        })
    }
}

/// Whether an attribute is one of the language's that says the same about a function that returns a future as
/// about an `async fn`. (`must_use` does not: there it speaks of the output. Nor does `expect`: some lints
/// are for an `async fn` only, and what expects one would be told that it is not there.)
pub(crate) fn is_inert(attribute: &Attribute) -> bool {
    const INERT: [&str; 9] =
        ["allow", "cfg", "cold", "deny", "deprecated", "doc", "forbid", "inline", "warn"];
    attribute.path().get_ident().is_some_and(|ident| INERT.iter().any(|name| ident == *name))
}

/// An attribute as it stands on what is expanded: `#[expect]` of a lint that does not see the user's code in there is
/// an `#[allow]`, for it would be told that there is nothing to expect.
pub(crate) fn unexpected(attribute: &Attribute) -> TokenStream {
    const HIDDEN: [&str; 12] = [
        "boxed_local",
        "manual_async_fn",
        "missing_const_for_fn",
        "must_use_candidate",
        "needless_lifetimes",
        "needless_pass_by_ref_mut",
        "needless_pass_by_value",
        "needless_return",
        "unconditional_recursion",
        "unnecessary_wraps",
        "unused_async",
        "unused_self",
    ];
    let Meta::List(list) = &attribute.meta else { return attribute.to_token_stream() };
    let names =
        |token| matches!(token, TokenTree::Ident(lint) if HIDDEN.iter().any(|hidden| lint == *hidden));
    if !attribute.path().is_ident("expect") || !list.tokens.clone().into_iter().any(names) {
        return attribute.to_token_stream();
    }
    let mut attribute = attribute.clone();
    let mut list = list.clone();
    list.path = Ident::new("allow", list.path.span()).into();
    attribute.meta = Meta::List(list);
    attribute.into_token_stream()
}

/// Whether a function comes next, behind attributes and visibility.
pub(crate) fn is_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.call(Attribute::parse_outer).is_err() || ahead.parse::<Visibility>().is_err() {
        return false;
    }
    const QUALIFIERS: [&str; 5] = ["default", "const", "async", "unsafe", "safe"];
    loop {
        if ahead.peek(Token![fn]) {
            return true;
        }
        if ahead.peek(Token![extern]) {
            if ahead.parse::<Token![extern]>().and_then(|_| ahead.parse::<Option<LitStr>>()).is_err() {
                return false;
            }
            continue;
        }
        use syn::ext::IdentExt;
        match ahead.call(Ident::parse_any) {
            Ok(word) if QUALIFIERS.iter().any(|qualifier| word == *qualifier) => {}
            _ => return false,
        }
    }
}
