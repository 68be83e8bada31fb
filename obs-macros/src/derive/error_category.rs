//! `#[derive(ErrorCategory)]`.

use crate::emit::{self, Runtime};
use obs_model::catalogue::{Category, Severity};
use obs_model::grammar::{ErrorCase, ErrorDerive, describe};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Item, Member, Type, parse_quote};

pub(crate) fn error_category(item: TokenStream) -> TokenStream {
    super::expand(item, |ctxt, item| {
        let derive = ErrorDerive::of(ctxt, item);
        let (name, generics) = match item {
            Item::Enum(item) => (&item.ident, &item.generics),
            Item::Struct(item) => (&item.ident, &item.generics),
            _ => return TokenStream::new(),
        };
        match derive.filter(|_| ctxt.is_clean()) {
            Some(derive) => implementation(&derive, name, generics),
            None => stub(name, generics),
        }
    })
}

fn implementation(derive: &ErrorDerive, name: &Ident, generics: &Generics) -> TokenStream {
    let v1 = Runtime::at(derive.krate.as_ref());
    let (mut statics, mut arms, mut visits) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
    let mut listed = Vec::new();
    let mut generics = generics.clone();
    for (position, (variant, case)) in derive.cases.iter().enumerate() {
        let pattern = match variant {
            Some(variant) => quote!(#name::#variant),
            None => quote!(#name),
        };
        match case {
            ErrorCase::Own(category) => {
                let item = format_ident!("__OBS_CATEGORY_{position}");
                let value = descriptor(&v1, category);
                statics.extend(quote!(static #item: #v1::Category = #value;));
                arms.extend(quote!(#pattern { .. } => &#item,));
                visits.extend(quote!(visit.add(&#item);));
                let variant = &category.variant;
                listed.push(quote!((#variant, &#item)));
            }
            ErrorCase::Transparent(member, ty) => {
                transparent(&v1, &mut generics, ty);
                arms.extend(delegated(&v1, &pattern, member, ty));
                visits.extend(quote_spanned!(ty.span()=> visit.add_all::<#ty>();));
            }
        }
    }
    let entry = entry(&v1, derive, name, &listed);
    let (header, arguments, bounds) = generics.split_for_impl();
    // A variant-less enum has no value to ask.
    let category =
        if derive.cases.is_empty() { quote!(match *self {}) } else { quote!(match self { #arms }) };
    let unused = visits.is_empty().then(|| quote!(let _ = visit;));
    quote! {
        const _: () = {
            #statics
            #entry
            #[automatically_derived]
            impl #header #v1::ErrorCategory for #name #arguments #bounds {
                fn category(&self) -> &'static #v1::Category {
                    #category
                }

                fn categories(visit: &mut #v1::Categories<'_>) {
                    #unused
                    #visits
                }
            }
        };
    }
}

/// A type parameter that is delegated to has to have categories.
fn transparent(v1: &Runtime, generics: &mut Generics, ty: &Type) {
    let params: Vec<Ident> = generics.type_params().map(|param| param.ident.clone()).collect();
    if mentions(&params, quote!(#ty)) {
        generics.make_where_clause().predicates.push(parse_quote!(#ty: #v1::ErrorCategory));
    }
}

fn mentions(params: &[Ident], tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => params.contains(&ident),
        proc_macro2::TokenTree::Group(group) => mentions(params, group.stream()),
        _ => false,
    })
}

fn delegated(v1: &Runtime, pattern: &TokenStream, member: &Member, ty: &Type) -> TokenStream {
    // At the field's type, which is what has to have categories.
    let ask = quote_spanned!(ty.span()=> <#ty as #v1::ErrorCategory>::category(__obs_inner));
    quote!(#pattern { #member: __obs_inner } => #ask,)
}

fn descriptor(v1: &Runtime, category: &Category) -> TokenStream {
    let name = &category.name;
    let severity = emit::variant(category.severity.as_str());
    if *category == (Category { variant: category.variant.clone(), name: name.clone(), ..plain() }) {
        return quote!(#v1::Category::new(#name));
    }
    let retry_after = category.retry_after.map(|after| {
        let nanos = emit::nanos(after);
        quote!(#v1::Duration::from_nanos(#nanos))
    });
    let retry_after = emit::optional(v1, retry_after);
    let action = emit::optional(v1, category.action.as_ref());
    let runbook = emit::optional(v1, category.runbook.as_ref());
    quote!(#v1::Category {
        name: #name,
        severity: #v1::Severity::#severity,
        retry_after: #retry_after,
        action: #action,
        runbook: #runbook,
    })
}

fn plain() -> Category {
    Category {
        variant: String::new(),
        name: String::new(),
        severity: Severity::default(),
        retry_after: None,
        action: None,
        runbook: None,
    }
}

/// The type's entry in the registry.
fn entry(v1: &Runtime, derive: &ErrorDerive, name: &Ident, listed: &[TokenStream]) -> TokenStream {
    if crate::observe::OFF {
        return TokenStream::new();
    }
    let place = emit::place(v1, &describe::error_type(derive, name).name, name);
    quote!(#v1::submit_error!(#v1::ErrorTypeDesc { #place categories: &[#(#listed),*] });)
}

/// After a mistake there is still an impl, so that uses of the type are no further mistakes.
fn stub(name: &Ident, generics: &Generics) -> TokenStream {
    let v1 = Runtime::at(None);
    let (header, arguments, bounds) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #header #v1::ErrorCategory for #name #arguments #bounds {
            fn category(&self) -> &'static #v1::Category {
                #v1::unreachable!()
            }

            fn categories(_: &mut #v1::Categories<'_>) {}
        }
    }
}
