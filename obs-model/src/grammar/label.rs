//! `#[derive(LabelValue)]` and its `#[label(…)]`.

use super::read::{self, Keys};
use super::{Ctxt, Given, keyword, observe, value};
use crate::name;
use syn::{Attribute, Ident, Item, Path};

const VARIANT: Keys =
    Keys { of: "`#[label]` on a variant", once: &[keyword::RENAME], repeated: &[], foreign: &[] };
const TYPE: Keys =
    Keys { of: "`#[label]` on the type", once: &[keyword::CRATE], repeated: &[], foreign: &[] };

/// The value that stands for the strings over a label's cap.
const OVERFLOW: &str = "_other";

/// An enum with `#[derive(LabelValue)]`.
///
/// ```ebnf
/// on-a-variant  = "#[label(" "rename" "=" string [ "," ] ")]" ;     (* default: the name in snake_case *)
/// on-the-type   = "#[label(" "crate" "=" path [ "," ] ")]" ;
/// ```
#[derive(Clone)]
pub struct LabelDerive {
    /// Each variant with its value, in order.
    pub values: Vec<(Ident, String)>,
    /// Where the runtime is.
    pub krate: Option<Path>,
}

impl LabelDerive {
    /// Reads an enum; `None` where it is none.
    pub fn of(ctxt: &Ctxt, item: &Item) -> Option<LabelDerive> {
        let Item::Enum(item) = item else {
            ctxt.error_in(
                item,
                "#[derive(LabelValue)] stands on an enum: its variants are the label's values",
            );
            return None;
        };
        if item.variants.is_empty() {
            ctxt.error(item.ident.span(), "a label needs at least one value, and this enum has no variants");
        }
        let mut krate = None;
        for attribute in ours(&item.attrs) {
            let tokens = observe::arguments(ctxt, attribute, keyword::LABEL).unwrap_or_default();
            read::tokens(ctxt, tokens, &TYPE, |key, input| {
                krate = Some(value::path(&key, input, "::obs_runtime")?);
                Ok(())
            });
        }
        let mut values: Vec<(Ident, String)> = Vec::new();
        for variant in &item.variants {
            if !variant.fields.is_empty() {
                ctxt.error_in(
                    &variant.fields,
                    format!(
                        "the variant `{}` has fields; a label's values are known in advance",
                        variant.ident
                    ),
                );
            }
            let renamed = rename(ctxt, &variant.attrs);
            let span = renamed.as_ref().map_or(variant.ident.span(), |given| given.span);
            let value =
                renamed.map_or_else(|| name::snake_case(&variant.ident.to_string()), |given| given.value);
            if let Some((other, _)) = values.iter().find(|(_, known)| *known == value) {
                ctxt.error(span, format!("`{other}` already has the value \"{value}\"; rename one of them"));
            }
            values.push((variant.ident.clone(), value));
        }
        Some(LabelDerive { values, krate })
    }
}

fn ours(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident(keyword::LABEL))
}

fn rename(ctxt: &Ctxt, attributes: &[Attribute]) -> Option<Given<String>> {
    let mut renamed = None;
    for attribute in ours(attributes) {
        let tokens = observe::arguments(ctxt, attribute, keyword::LABEL).unwrap_or_default();
        read::tokens(ctxt, tokens, &VARIANT, |key, input| {
            let given = value::string(&key, input, "json")?;
            if renamed.is_some() {
                return Err(key.error("`rename` is given twice; keep one of them"));
            }
            if given.value == OVERFLOW {
                return Err(syn::Error::new(
                    given.span,
                    format!("\"{OVERFLOW}\" stands for the values over a label's cap; choose another"),
                ));
            }
            renamed = Some(given);
            Ok(())
        });
    }
    renamed
}
