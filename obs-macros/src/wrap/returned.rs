//! The return type, where it is written again.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{GenericArgument, PathArguments, Token, Type, TypeInfer};

/// The type as a closure's return type; `None` where the compiler has to find it out.
pub(crate) fn written(ty: Option<&Type>) -> Option<TokenStream> {
    let Some(ty) = ty else { return Some(quote!(())) };
    let mut ty = ty.clone();
    erase(&mut ty);
    match ty {
        Type::Infer(_) => None,
        ty => Some(quote!(#ty)),
    }
}

/// `: Type`, for a `let`; nothing where the compiler has to find it out.
pub(crate) fn annotated(ty: Option<&Type>) -> TokenStream {
    written(ty).map(|ty| quote!(: #ty)).unwrap_or_default()
}

/// What stands before a statement that writes the type again, and takes `value`.
///
/// Clippy counts what is in a type (10 a name and level, up to 250), and says nothing of a trait's signatures, where it is
/// the trait's: nor may it of what is ours. A body that is nothing but a call may be one that never returns.
pub(crate) fn allowed(ty: Option<&Type>, value: &TokenStream) -> TokenStream {
    const SIMPLE: usize = 200;
    let is_complex = ty.is_some_and(|ty| complexity(quote!(#ty), 10) > SIMPLE);
    let complex = is_complex.then(|| quote!(#[allow(clippy::type_complexity)]));
    let diverging = is_call(value).then(|| quote!(#[allow(clippy::diverging_sub_expression)]));
    quote!(#complex #diverging)
}

/// Whether it is a block with nothing but the call of a function or a macro in it.
fn is_call(value: &TokenStream) -> bool {
    let mut tokens = value.clone().into_iter();
    let (Some(TokenTree::Group(block)), None) = (tokens.next(), tokens.next()) else { return false };
    let mut tokens = block.stream().into_iter().peekable();
    let is_path = |token: &TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => [':', '!'].contains(&punct.as_char()),
        _ => false,
    };
    let mut named = false;
    while tokens.next_if(is_path).is_some() {
        named = true;
    }
    let called = named && matches!(tokens.next(), Some(TokenTree::Group(_)));
    let _ = tokens.next_if(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'));
    called && tokens.next().is_none()
}

fn complexity(tokens: TokenStream, mut level: usize) -> usize {
    let mut sum = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(_) => sum += level,
            TokenTree::Group(group) => sum += complexity(group.stream(), level + 10),
            TokenTree::Punct(punct) if punct.as_char() == '<' => level += 10,
            TokenTree::Punct(punct) if punct.as_char() == '>' => level = level.saturating_sub(10).max(10),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    sum
}

/// What reads a future's output by reference: a closure with `class` of `__obs_ret`. `known` is whether `ty` is
/// what the output is.
pub(crate) fn reader(ty: Option<&Type>, known: bool, class: &TokenStream) -> TokenStream {
    // It may outlive the function, and with it what `class` names.
    match written(ty).filter(|_| known) {
        Some(ty) => quote!(move |__obs_ret: &#ty| #class),
        None => quote!(move |__obs_ret| #class),
    }
}

/// Whether a type can be written again as it is, anywhere.
pub(crate) fn is_whole(ty: &Type) -> bool {
    fn has_impl(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => has_impl(group.stream()),
            _ => false,
        })
    }
    !has_impl(quote!(#ty))
}

/// `impl Trait`, which can be written only in a signature, becomes `_`, wherever it stands.
fn erase(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => {
            *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token: <Token![_]>::default() });
        }
        Type::Array(inner) => erase(&mut inner.elem),
        Type::Group(inner) => erase(&mut inner.elem),
        Type::Paren(inner) => erase(&mut inner.elem),
        Type::Ptr(inner) => erase(&mut inner.elem),
        Type::Reference(inner) => erase(&mut inner.elem),
        Type::Slice(inner) => erase(&mut inner.elem),
        Type::Tuple(inner) => inner.elems.iter_mut().for_each(erase),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    erase_arguments(&mut arguments.args);
                }
            }
        }
        // Function pointers and trait objects cannot hold `impl Trait`.
        _ => {}
    }
}

fn erase_arguments(arguments: &mut Punctuated<GenericArgument, Token![,]>) {
    for argument in arguments {
        match argument {
            GenericArgument::Type(ty) => erase(ty),
            GenericArgument::AssocType(associated) => erase(&mut associated.ty),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn only_complex_types_are_spoken_of() {
        let is_complex = |ty: Type| !allowed(Some(&ty), &quote!({ value })).is_empty();
        assert!(is_complex(parse_quote!(Poll<Option<Result<Frame<Self::Data>, Self::Error>>>)));
        assert!(is_complex(parse_quote!(Option<Box<dyn Fn(Vec<(u8, String)>) -> Result<Vec<u8>, Error>>>)));
        assert!(!is_complex(parse_quote!(Result<Vec<(String, u8)>, std::io::Error>)));
    }

    #[test]
    fn only_bodies_that_may_never_return_are_spoken_of() {
        let is_diverging = |value| !allowed(None, &value).is_empty();
        assert!(is_diverging(quote!({ unimplemented!("later") })));
        assert!(is_diverging(quote!({
            panic!();
        })));
        assert!(is_diverging(quote!({ ::std::process::exit(1) })));
        assert!(!is_diverging(quote!({ value })));
        assert!(!is_diverging(quote!({ value.get() })));
        assert!(!is_diverging(quote!({ (1, 2) })));
        assert!(!is_diverging(quote!(run(move || ()))));
    }

    #[test]
    fn impl_trait_is_erased_everywhere() {
        let text = |ty: Type| written(Some(&ty)).map(|ty| ty.to_string().replace(' ', ""));
        assert_eq!(text(parse_quote!(impl Fn())), None);
        assert_eq!(text(parse_quote!((impl Fn()))), Some("(_)".to_owned()));
        assert_eq!(
            text(parse_quote!(Result<(Box<impl A>, [impl B; 2]), &'a impl C>)),
            Some("Result<(Box<_>,[_;2]),&'a_>".to_owned())
        );
        assert_eq!(text(parse_quote!(dyn Fn(u8) -> u8)), Some("dynFn(u8)->u8".to_owned()));
    }
}
