//! What a signature says about how a call goes: whether it is a future, and whether it can fail.

mod held;

pub use held::{is_lasting, is_pin, is_pinned};

use syn::{GenericArgument, Ident, ImplItem, PathArguments, ReturnType, Signature, Type, TypeParamBound};

/// A function whose calls are futures.
#[derive(Clone, Copy)]
pub enum Future<'a> {
    /// An `async fn`.
    Async,
    /// `-> impl Future<Output = R>`, with `R` where it is named.
    Opaque(Option<&'a Type>),
    /// `-> Pin<Box<dyn Future<Output = R>>>`, or with `impl`, `BoxFuture<'_, R>` or `LocalBoxFuture<'_, R>`.
    Boxed(Option<&'a Type>),
}

/// Whether the calls of a function are futures, and how they are made.
pub fn future(sig: &Signature) -> Option<Future<'_>> {
    if sig.asyncness.is_some() {
        return Some(Future::Async);
    }
    match returned(sig).map(plain_type)? {
        Type::ImplTrait(opaque) => output_of(&opaque.bounds).map(Future::Opaque),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" {
                return Some(Future::Boxed(only_type(&last.arguments)));
            }
            let pointer = first_type(&last.arguments).map(plain_type);
            let Some(Type::Path(pointer)) = pointer.filter(|_| last.ident == "Pin") else { return None };
            let pointer = pointer.path.segments.last().filter(|pointer| pointer.ident == "Box")?;
            match plain_type(first_type(&pointer.arguments)?) {
                Type::TraitObject(object) => output_of(&object.bounds).map(Future::Boxed),
                Type::ImplTrait(opaque) => output_of(&opaque.bounds).map(Future::Boxed),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A type that an `impl` block gives a name: `type Future = …;`.
pub type Associated = (Ident, Type);

/// The associated type that a member of an `impl` block is, unless it has parameters of its own.
pub fn associated(item: &ImplItem) -> Option<Associated> {
    match item {
        ImplItem::Type(item) if item.generics.params.is_empty() => {
            Some((item.ident.clone(), item.ty.clone()))
        }
        _ => None,
    }
}

/// The signature of a method that returns `Self::Future`, with the boxed future that `types` says it is written out.
/// `None` for every other method, and where a name has two meanings: of the type itself, of which conditions choose
/// one, or of what is in it, where the method has a parameter of that name.
///
/// `may_hold` is whether another box can hold what the body returns, or the body makes the box itself.
pub fn resolved(sig: &Signature, types: &[Associated], may_hold: impl FnOnce() -> bool) -> Option<Signature> {
    let Type::Path(path) = plain_type(returned(sig)?) else { return None };
    let mut segments = path.path.segments.iter().filter(|_| path.qself.is_none());
    let (of, name) = (segments.next()?, segments.next()?);
    if of.ident != "Self" || segments.next().is_some() || sig.asyncness.is_some() {
        return None;
    }
    let mut named = types.iter().filter(|(ident, _)| *ident == name.ident);
    let (ty, None) = (&named.next()?.1, named.next()) else { return None };
    if held::mentions(ty, &sig.generics) {
        return None;
    }
    let mut sig = sig.clone();
    if let ReturnType::Type(_, output) = &mut sig.output {
        **output = ty.clone();
    }
    (matches!(future(&sig), Some(Future::Boxed(_))) && may_hold()).then_some(sig)
}

/// What a finished call yields: the return type, or a future's output. `None` for `()` where nothing is
/// written, and for a future whose output is not named.
pub fn yielded(sig: &Signature) -> Option<&Type> {
    match future(sig) {
        None | Some(Future::Async) => returned(sig),
        Some(Future::Opaque(output) | Future::Boxed(output)) => output,
    }
}

/// Whether a type visibly cannot be an error: nothing, a primitive, a reference, a tuple, a closure.
///
/// Such values are not looked at, which makes the generated code smaller; every other type is classified by
/// value, because an alias can hide a `Result`.
pub fn infallible(ty: &Type) -> bool {
    const PRIMITIVES: [&str; 18] = [
        "bool", "char", "str", "f32", "f64", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
        "i64", "i128", "isize", "String",
    ];
    match plain_type(ty) {
        Type::Never(_)
        | Type::Tuple(_)
        | Type::Reference(_)
        | Type::Ptr(_)
        | Type::FnPtr(_)
        | Type::Array(_)
        | Type::Slice(_) => true,
        // And what it takes, only the return type tells it.
        Type::ImplTrait(opaque) => opaque.bounds.iter().any(is_call),
        Type::Path(path) if path.qself.is_none() => {
            path.path.get_ident().is_some_and(|ident| PRIMITIVES.iter().any(|name| ident == *name))
        }
        _ => false,
    }
}

/// `Fn(…)` and its like, synchronous or not.
fn is_call(bound: &TypeParamBound) -> bool {
    const CALLS: [&str; 6] = ["Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"];
    let last = match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    };
    last.is_some_and(|last| CALLS.iter().any(|name| last.ident == *name))
}

/// Whether a type is `()` or `!`: there is nothing that a closure could look at.
pub fn nothing(ty: Option<&Type>) -> bool {
    match ty.map(plain_type) {
        None | Some(Type::Never(_)) => true,
        Some(Type::Tuple(tuple)) => tuple.elems.is_empty(),
        Some(_) => false,
    }
}

/// The written return type.
pub fn returned(sig: &Signature) -> Option<&Type> {
    match &sig.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ty),
    }
}

/// A type without the parentheses and invisible groups around it.
pub fn plain_type(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => plain_type(&inner.elem),
        Type::Group(inner) => plain_type(&inner.elem),
        ty => ty,
    }
}

/// The output of the `Future` among some bounds; `Some(None)` where it is not named.
fn output_of<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> Option<Option<&'a Type>> {
    let future = bounds.into_iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().filter(|last| last.ident == "Future"),
        _ => None,
    })?;
    let PathArguments::AngleBracketed(arguments) = &future.arguments else { return Some(None) };
    Some(arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&output.ty),
        _ => None,
    }))
}

fn first_type(arguments: &PathArguments) -> Option<&Type> {
    types(arguments).next()
}

/// The type among some arguments, where there is one. Of two, as tonic's `BoxFuture<T, E>` has, neither is the output.
fn only_type(arguments: &PathArguments) -> Option<&Type> {
    let mut types = types(arguments);
    types.next().filter(|_| types.next().is_none())
}

fn types(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let arguments = match arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;
    use syn::parse_quote;

    #[test]
    fn futures_are_seen_through_their_boxes() {
        let shape = |sig: Signature| {
            let kind = match future(&sig) {
                None => "sync",
                Some(Future::Async) => "async",
                Some(Future::Opaque(_)) => "opaque",
                Some(Future::Boxed(_)) => "boxed",
            };
            let yields = yielded(&sig).map(|ty| ty.to_token_stream().to_string()).unwrap_or_default();
            format!("{kind} {yields}")
        };
        assert_eq!(shape(parse_quote!(fn f())), "sync ");
        assert_eq!(shape(parse_quote!(async fn f() -> u8)), "async u8");
        assert_eq!(shape(parse_quote!(fn f() -> impl Future<Output = u8> + Send)), "opaque u8");
        assert_eq!(shape(parse_quote!(fn f() -> impl std::future::Future)), "opaque ");
        assert_eq!(
            shape(parse_quote!(fn f() -> impl Iterator<Item = u8>)),
            "sync impl Iterator < Item = u8 >"
        );
        assert_eq!(
            shape(parse_quote!(fn f() -> std::pin::Pin<Box<dyn Future<Output = u8> + 'a>>)),
            "boxed u8"
        );
        assert_eq!(shape(parse_quote!(fn f() -> futures::BoxFuture<'a, u8>)), "boxed u8");
        assert_eq!(shape(parse_quote!(fn f() -> tonic::codegen::BoxFuture<u8, Error>)), "boxed ");
        assert_eq!(shape(parse_quote!(fn f() -> Pin<Box<impl Future<Output = u8>>>)), "boxed u8");
        assert_eq!(
            shape(parse_quote!(fn f() -> Pin<Box<impl Iterator>>)),
            "sync Pin < Box < impl Iterator > >"
        );
        assert_eq!(shape(parse_quote!(fn f() -> Pin<&'a mut u8>)), "sync Pin < & 'a mut u8 >");
    }

    #[test]
    fn names_of_boxed_futures_are_written_out() {
        let block: syn::ItemImpl = parse_quote! {
            impl<'a> Service for Store<'a> {
                type Future = Pin<Box<dyn Future<Output = u8> + 'a>>;
                type Response = u8;
                type Later<'b> = BoxFuture<'b, u8>;
                #[cfg(unix)]
                type Either = BoxFuture<'a, u8>;
                #[cfg(windows)]
                type Either = Ready<u8>;
            }
        };
        let types: Vec<Associated> = block.items.iter().filter_map(associated).collect();
        let output = |sig: Signature| {
            resolved(&sig, &types, || true)
                .map(|sig| sig.output.to_token_stream().to_string().replace(' ', ""))
        };
        let boxed = "->Pin<Box<dynFuture<Output=u8>+'a>>";
        assert_eq!(output(parse_quote!(fn f(&self) -> Self::Future)).as_deref(), Some(boxed));
        for other in [
            parse_quote!(fn f(&self) -> Self::Response),
            parse_quote!(fn f(&self) -> Self::Later<'_>),
            parse_quote!(fn f(&self) -> Self::Either),
            parse_quote!(fn f(&self) -> Self::Unknown),
            parse_quote!(fn f(&self) -> S::Future),
            parse_quote!(async fn f(&self) -> Self::Future),
            // The block's `Output` is not this one.
            parse_quote!(fn f<Output>(&self) -> Self::Future),
            parse_quote!(fn f(&self) -> Self),
            parse_quote!(fn f(&self)),
        ] {
            assert_eq!(output(other), None);
        }
    }

    #[test]
    fn only_what_cannot_hide_a_result_is_infallible() {
        let plain: [Type; 5] = [
            parse_quote!(()),
            parse_quote!(!),
            parse_quote!(u8),
            parse_quote!(&Result<u8, u8>),
            parse_quote!(impl FnOnce(u8) -> Result<u8, u8> + Send),
        ];
        for ty in plain {
            assert!(infallible(&ty));
        }
        let hidden: [Type; 4] = [
            parse_quote!(Result<u8, u8>),
            parse_quote!(Alias),
            parse_quote!(impl IntoResponse),
            parse_quote!(Self),
        ];
        for ty in hidden {
            assert!(!infallible(&ty));
        }
    }
}
