//! What the return type says about errors before the first call.

use super::Runtime;
use obs_model::grammar::shape;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Signature, Type};

/// The `errors` of a function's description.
///
/// The error type's categories are series from the first scrape only if a static can name the type, and a
/// static cannot name a parameter of the function or of the `impl` around it. `params` are those that are
/// known; an attribute on a method cannot see its `impl`, so [`is_concrete`] goes by how names look.
pub(crate) fn errors(v1: &Runtime, sig: &Signature, judged: bool, params: &[Ident]) -> TokenStream {
    if judged {
        return quote!(#v1::Errors::FALLIBLE);
    }
    let ty = shape::yielded(sig).map(shape::plain_type).filter(|ty| !shape::infallible(ty));
    let unknown = quote!(#v1::Errors::UNKNOWN);
    let Some(ty) = ty else { return if hidden(sig) { unknown } else { quote!(#v1::Errors::NONE) } };
    let Some(named) = result(ty).filter(|ty| is_concrete(ty.clone(), params)) else { return unknown };
    let named = without_lifetimes(named);
    quote!({
        #[allow(unused_imports)]
        use #v1::ProbeFallback as _;
        <#v1::Probe<#named>>::ERRORS
    })
}

/// Whether it is a future whose output is not written.
fn hidden(sig: &Signature) -> bool {
    use shape::Future;
    matches!(shape::future(sig), Some(Future::Opaque(None) | Future::Boxed(None)))
}

/// A type that is called `…Result`. What a `Result` itself yields when all goes well is replaced by `()`: only
/// its error matters, and the fewer names, the more of them are concrete.
fn result(ty: &Type) -> Option<TokenStream> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| path.qself.is_none() && ends(&last.ident))?;
    if last.ident != "Result" {
        return Some(ty.to_token_stream());
    }
    let mut path = path.clone();
    let last = path.path.segments.last_mut()?;
    if let syn::PathArguments::AngleBracketed(arguments) = &mut last.arguments
        && let Some(syn::GenericArgument::Type(ok)) = arguments.args.first_mut()
    {
        *ok = syn::parse_quote!(());
    }
    Some(path.into_token_stream())
}

fn ends(ident: &Ident) -> bool {
    ident.to_string().ends_with("Result")
}

/// Whether all names in a type are visibly those of types, and not of parameters.
fn is_concrete(ty: TokenStream, params: &[Ident]) -> bool {
    let mut tokens = ty.into_iter().peekable();
    let mut within_path = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                let qualified =
                    within_path || matches!(tokens.peek(), Some(TokenTree::Punct(p)) if p.as_char() == ':');
                if ["Self", "impl"].contains(&name.as_str()) || params.contains(&ident) {
                    return false;
                }
                let is_module = name.starts_with(|c: char| c.is_lowercase());
                if !(is_module || within_path || !qualified && looks_concrete(&name)) {
                    return false;
                }
            }
            TokenTree::Group(group) => {
                if !is_concrete(group.stream(), params) {
                    return false;
                }
            }
            // The name of a lifetime is one token on.
            TokenTree::Punct(punct) if punct.as_char() == '\'' => drop(tokens.next()),
            TokenTree::Punct(punct) => {
                within_path = punct.as_char() == ':';
                continue;
            }
            TokenTree::Literal(_) => {}
        }
        within_path = false;
    }
    true
}

/// By convention a parameter is `E`, `Err` or `TError`; `StoreError` is a type.
fn looks_concrete(name: &str) -> bool {
    const KNOWN: [&str; 4] = ["Result", "Error", "String", "Box"];
    let humps = name.chars().filter(|c| c.is_uppercase()).count();
    let prefixed = name.starts_with('T') && name.chars().nth(1).is_some_and(char::is_uppercase);
    KNOWN.contains(&name) || humps > 1 && name.chars().any(char::is_lowercase) && !prefixed
}

/// Lifetimes are left to inference: a static has none of the function's.
fn without_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut lifetime = false;
    let each = |token| match token {
        TokenTree::Punct(punct) => {
            lifetime = punct.as_char() == '\'';
            TokenTree::Punct(punct)
        }
        TokenTree::Ident(ident) if lifetime => {
            lifetime = false;
            TokenTree::Ident(Ident::new("_", ident.span()))
        }
        TokenTree::Group(group) => {
            let mut inner = proc_macro2::Group::new(group.delimiter(), without_lifetimes(group.stream()));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    };
    tokens.into_iter().map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[track_caller]
    fn probed(sig: Signature) -> String {
        let v1 = Runtime(quote!(v1).into_iter().collect());
        let params: Vec<Ident> = sig.generics.type_params().map(|param| param.ident.clone()).collect();
        let tokens = errors(&v1, &sig, false, &params).to_string();
        match tokens.split_once("Probe <") {
            Some((_, rest)) => rest.replace(" >> :: ERRORS }", "").replace(' ', ""),
            None => tokens.replace(' ', ""),
        }
    }

    #[test]
    fn only_what_a_static_can_name_is_probed() {
        assert_eq!(probed(parse_quote!(fn f())), "v1::Errors::NONE");
        assert_eq!(probed(parse_quote!(fn f() -> u8)), "v1::Errors::NONE");
        assert_eq!(probed(parse_quote!(fn f() -> Result<T, StoreError>)), "Result<(),StoreError>");
        assert_eq!(probed(parse_quote!(async fn f() -> Result<T, Error>)), "Result<(),Error>");
        assert_eq!(probed(parse_quote!(fn f() -> Result<T, io::Error>)), "Result<(),io::Error>");
        assert_eq!(probed(parse_quote!(fn f() -> anyhow::Result<T>)), "anyhow::Result<()>");
        assert_eq!(probed(parse_quote!(fn f() -> Result<T, ParseError<'a>>)), "Result<(),ParseError<'_>>");
        assert_eq!(probed(parse_quote!(fn f() -> CoreResult<SchemaId>)), "CoreResult<SchemaId>");
        assert_eq!(
            probed(parse_quote!(fn f() -> Result<T, Box<dyn std::error::Error>>)),
            "Result<(),Box<dynstd::error::Error>>"
        );
        for unknown in [
            parse_quote!(fn f() -> Result<(), E>),
            parse_quote!(fn f() -> Result<(), Err>),
            parse_quote!(fn f() -> Result<(), TError>),
            parse_quote!(fn f() -> Result<(), S::Error>),
            parse_quote!(fn f() -> Result<(), Self::Error>),
            parse_quote!(fn f<MyError>() -> Result<(), MyError>),
            parse_quote!(fn f() -> CoreResult<T>),
            parse_quote!(fn f() -> impl IntoResponse),
            parse_quote!(fn f() -> Option<u8>),
            parse_quote!(fn f() -> impl Future),
        ] {
            assert_eq!(probed(unknown), "v1::Errors::UNKNOWN");
        }
    }
}
