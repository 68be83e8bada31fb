//! The derive macros.

mod error_category;
mod label_value;

pub(crate) use error_category::error_category;
pub(crate) use label_value::label_value;

use obs_model::grammar::Ctxt;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Item;

/// Reads an item, and adds its mistakes to what `expand` makes of it.
fn expand(item: TokenStream, expand: impl FnOnce(&Ctxt, &Item) -> TokenStream) -> TokenStream {
    let item: Item = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let ctxt = Ctxt::new();
    let expanded = expand(&ctxt, &item);
    let errors = ctxt.finish().into_iter().map(|error| error.to_compile_error());
    quote!(#(#errors)* #expanded)
}
