//! `#[derive(LabelValue)]`.

use crate::emit::Runtime;
use obs_model::grammar::LabelDerive;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Item;

pub(crate) fn label_value(item: TokenStream) -> TokenStream {
    super::expand(item, |ctxt, item| {
        let (Some(derive), Item::Enum(item)) = (LabelDerive::of(ctxt, item), item) else {
            return TokenStream::new();
        };
        let v1 = Runtime::at(derive.krate.as_ref());
        let name = &item.ident;
        let (generics, arguments, bounds) = item.generics.split_for_impl();
        // After a mistake there is still an impl, so that uses of the type are no further mistakes.
        let empty = derive.values.is_empty() || !ctxt.is_clean();
        let values = derive.values.iter().map(|(_, value)| value);
        let index = if empty {
            quote!(#v1::unreachable!())
        } else {
            let variants = derive.values.iter().map(|(variant, _)| variant);
            let positions = (0..derive.values.len()).map(Literal::usize_unsuffixed);
            quote!(match self { #(#name::#variants => #positions),* })
        };
        quote! {
            #[automatically_derived]
            impl #generics #v1::LabelValue for #name #arguments #bounds {
                const VALUES: &'static [&'static str] = &[#(#values),*];

                #[inline]
                fn index(&self) -> usize {
                    #index
                }
            }
        }
    })
}
