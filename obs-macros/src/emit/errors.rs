//! What the return type says about errors before the first call.

mod names;

use super::Runtime;
use names::Guessed;
use obs_model::grammar::shape;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Signature, Type};

/// The parameters that a type could name and a static could not.
pub(crate) struct Params {
    names: Vec<Ident>,
    /// Whether there may be more: an attribute on a method cannot see the `impl` around it.
    is_open: bool,
}

impl Params {
    /// Those of a function, and of the blocks `around` it; `None` where the attribute saw nothing but the function.
    pub(crate) fn of(sig: &Signature, around: Option<&[Ident]>) -> Params {
        let types = sig.generics.type_params().map(|param| &param.ident);
        let own = types.chain(sig.generics.const_params().map(|param| &param.ident));
        let is_method = || sig.receiver().is_some() || mentions_self(sig.to_token_stream());
        Params {
            names: around.unwrap_or_default().iter().chain(own).cloned().collect(),
            is_open: around.is_none() && is_method(),
        }
    }
}

/// Whether `Self` is among some tokens.
fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        _ => false,
    })
}

/// The `errors` of a function's description.
///
/// The error type's categories are series from the first scrape only if a static can name the type, and a
/// static cannot name a parameter of the function or of the `impl` around it. [`names::guessed`] goes by how names
/// look, and where one of them may be a parameter all the same, [`either`] has the compiler look it up.
pub(crate) fn errors(v1: &Runtime, sig: &Signature, judged: bool, params: &Params) -> TokenStream {
    if judged {
        return quote!(#v1::Errors::FALLIBLE);
    }
    let ty = shape::yielded(sig).map(shape::plain_type).filter(|ty| !shape::infallible(ty));
    let unknown = quote!(#v1::Errors::UNKNOWN);
    let Some(ty) = ty else { return if hidden(sig) { unknown } else { quote!(#v1::Errors::NONE) } };
    let Some(named) = result(ty) else { return unknown };
    let Some(guessed) = names::guessed(named.clone(), &params.names) else { return unknown };
    let named = without_lifetimes(named);
    let probe = quote! {
        #[allow(unused_imports)]
        use #v1::ProbeFallback as _;
        <#v1::Probe<#named>>::ERRORS
    };
    match guessed {
        _ if !params.is_open => quote!({ #probe }),
        Guessed { within: true, .. } => unknown,
        Guessed { names, .. } if names.is_empty() => quote!({ #probe }),
        Guessed { names, .. } => either(v1, &names, &probe),
    }
}

/// A probe of a type of which `names` are types of the module, or else parameters that no item can name.
///
/// What a block imports hides a parameter of that name. So the names are looked for in the module first, and what is
/// not there is a type that says nothing of errors. Types of a function around are not found either.
fn either(v1: &Runtime, names: &[Ident], probe: &TokenStream) -> TokenStream {
    quote!({
        #(#[allow(unused_imports)] use #v1::Infallible as #names;)*
        {
            #[allow(unused_imports)]
            use self::*;
            #probe
        }
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
        let tokens = errors(&v1, &sig, false, &Params::of(&sig, None)).to_string();
        match tokens.split_once("Probe <") {
            Some((before, rest)) => {
                let looked_up = if before.contains("self :: *") { " looked up" } else { "" };
                let (named, _) = rest.split_once(" >> :: ERRORS").expect("the end of the type");
                named.replace(' ', "") + looked_up
            }
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
        assert_eq!(
            probed(parse_quote!(fn f() -> Result<(), <MemStore as KvStore>::Error>)),
            "Result<(),<MemStoreasKvStore>::Error>"
        );
        assert_eq!(probed(parse_quote!(fn f() -> Result<T, errno_t>)), "Result<(),errno_t>");
        assert_eq!(probed(parse_quote!(fn f() -> Result<T, r#StoreError>)), "Result<(),r#StoreError>");
        for unknown in [
            parse_quote!(fn f() -> CoreResult<size>),
            parse_quote!(fn f<errno_t>() -> Result<(), errno_t>),
            parse_quote!(fn f() -> Result<(), (Sized<size>, u8)>),
            parse_quote!(fn f() -> Result<(), error_of!()>),
            parse_quote!(fn f() -> Result<(), Sized<size>>),
            parse_quote!(fn f() -> Result<(), [u8; size]>),
            parse_quote!(fn f() -> CoreResult<Box<dyn for<'a> DynFn(&'a str)>>),
            parse_quote!(fn f() -> Result<(), error_of!(Service)>),
            parse_quote!(fn f<const MaxSize: usize>() -> Result<(), TooLong<MaxSize>>),
            parse_quote!(fn f(&self) -> Result<(), TypedError<StoreError>>),
            parse_quote!(fn f(&self) -> CoreResult<Page<SchemaId>>),
            parse_quote!(fn f(&self) -> Result<(), <MemStore as KvStore>::Error>),
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

    #[test]
    fn names_in_methods_are_looked_up() {
        assert_eq!(probed(parse_quote!(fn f(&self) -> Result<T, io::Error>)), "Result<(),io::Error>");
        assert_eq!(probed(parse_quote!(fn f(&self) -> CoreResult<()>)), "CoreResult<()>");
        assert_eq!(
            probed(parse_quote!(fn f(&self) -> Result<T, Box<dyn DynError>>)),
            "Result<(),Box<dynDynError>>"
        );
        for (looked_up, named) in [
            (parse_quote!(fn f(&self) -> Result<T, StoreError>), "Result<(),StoreError>"),
            (parse_quote!(fn f(&self) -> Result<T, Error>), "Result<(),Error>"),
            (parse_quote!(fn f(self: Arc<Self>) -> Result<T, &'a StoreError>), "Result<(),&'_StoreError>"),
            (parse_quote!(fn f(of: Self) -> Result<T, Box<StoreError>>), "Result<(),Box<StoreError>>"),
            (parse_quote!(fn f(&self) -> Result<T, errno_t>), "Result<(),errno_t>"),
            (parse_quote!(fn f(&self) -> Result<T, r#StoreError>), "Result<(),r#StoreError>"),
            (parse_quote!(fn f(&self) -> CoreResult<SchemaId>), "CoreResult<SchemaId>"),
        ] {
            assert_eq!(probed(looked_up), format!("{named} looked up"));
        }
    }
}
