//! Documentation to help text.

use syn::{Attribute, Expr, Lit, Meta};

/// The first paragraph of the documentation, on one line; empty where there is none.
pub(super) fn first_paragraph(attributes: &[Attribute]) -> String {
    let mut words: Vec<String> = Vec::new();
    for line in attributes.iter().filter_map(line) {
        // A block comment comes as one attribute, with its stars.
        for line in line.lines() {
            let line = line.trim();
            let line = if line == "*" { "" } else { line.strip_prefix("* ").unwrap_or(line).trim() };
            if !line.is_empty() {
                words.push(line.to_owned());
            } else if !words.is_empty() {
                return words.join(" ");
            }
        }
        if line.is_empty() && !words.is_empty() {
            break;
        }
    }
    words.join(" ")
}

fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        Expr::Lit(literal) if pair.path.is_ident("doc") => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn joins_the_first_paragraph() {
        let item: syn::ItemFn = parse_quote! {
            ///
            /// Takes an
            #[inline]
            /// order.
            ///
            /// More.
            fn f() {}
        };
        assert_eq!(first_paragraph(&item.attrs), "Takes an order.");
        let item: syn::ItemFn = parse_quote! {
            /**
             * Takes an
             * order.
             *
             * More.
             */
            fn f() {}
        };
        assert_eq!(first_paragraph(&item.attrs), "Takes an order.");
        assert_eq!(first_paragraph(&[]), "");
    }
}
