//! `#[derive(ErrorCategory)]` and its `#[category(…)]`.

use super::read::{self, Keys};
use super::value::{self, Key};
use super::{Ctxt, Given, keyword, observe};
use crate::catalogue::{Category, Severity};
use crate::name;
use proc_macro2::{Span, TokenStream};
use std::time::Duration;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Fields, Ident, Item, LitStr, Member, Meta, Path, Result, Token, Type};

const KEYS: Keys = Keys {
    of: "`#[category]`",
    once: &[
        keyword::SEVERITY,
        keyword::RETRY_AFTER,
        keyword::ACTION,
        keyword::RUNBOOK,
        keyword::TRANSPARENT,
        keyword::CRATE,
    ],
    repeated: &[],
    foreign: &[],
};

/// The arguments of `#[category(…)]` on an enum, a variant, or a struct.
///
/// ```ebnf
/// category = "#[category(" ( [ string [ "," ] ] [ argument { "," argument } [ "," ] ] | "transparent" ) ")]" ;
/// argument = "severity" "=" '"' ( "recoverable" | "degraded" | "critical" | "fatal" ) '"'
///          | "retry_after" "=" duration
///          | "action" "=" string | "runbook" "=" string
///          | "crate" "=" path ;                              (* on the type only *)
/// ```
///
/// The string is the category's name. On an enum, every argument is the default of the variants.
#[derive(Clone, Default)]
pub struct CategoryArgs {
    /// The category's name.
    pub name: Option<Given<String>>,
    /// The category of the error inside.
    pub transparent: Option<Span>,
    /// How bad it is.
    pub severity: Option<Given<Severity>>,
    /// When to try again.
    pub retry_after: Option<Given<Duration>>,
    /// What to do about it.
    pub action: Option<Given<String>>,
    /// The name or address of its runbook.
    pub runbook: Option<Given<String>>,
    /// Where the runtime is.
    pub krate: Option<Given<Path>>,
    /// Whether something in it was wrong, so that what is missing may have been there.
    pub mistaken: bool,
    /// Whether the name was.
    pub misnamed: bool,
}

impl CategoryArgs {
    /// Reads the tokens between the parentheses. Mistakes go to `ctxt`; what was right is kept.
    pub fn parse(ctxt: &Ctxt, tokens: TokenStream) -> CategoryArgs {
        let mut args = CategoryArgs::default();
        let parser =
            |input: ParseStream<'_>| {
                if input.peek(LitStr) {
                    args.name = ctxt.ok(category_name(input));
                    args.misnamed = args.name.is_none();
                } else if input.peek(Ident)
                    && input.peek2(Token![=])
                    && input.fork().parse::<Ident>()? == keyword::NAME
                {
                    args.misnamed = true;
                    ctxt.push(input.error(
                        "the category's name stands first, without a key: `#[category(\"not_found\")]`",
                    ));
                    read::skip_one(input);
                }
                let mut others = args.name.as_ref().map(|name| name.span);
                let right = read::stream(ctxt, input, &KEYS, |key, input| {
                    if key.name != keyword::TRANSPARENT && key.name != keyword::CRATE {
                        others = others.or(Some(key.span));
                    }
                    args.argument(key, input)
                });
                args.mistaken |= args.misnamed || !right;
                if let (Some(_), Some(other)) = (args.transparent, others) {
                    args.mistaken = true;
                    ctxt.error(
                        other,
                        "a `transparent` category is the inner error's; nothing else belongs beside it",
                    );
                }
                Ok(())
            };
        // Everything was consumed, so that there is nothing left for syn to complain about.
        ctxt.ok(parser.parse2(tokens));
        args
    }

    /// The `#[category(…)]` among some attributes.
    fn among(ctxt: &Ctxt, attributes: &[Attribute]) -> Option<CategoryArgs> {
        let mut found = None;
        for attribute in attributes.iter().filter(|a| a.path().is_ident(keyword::CATEGORY)) {
            if found.is_some() {
                ctxt.error(attribute.path().span(), "`#[category]` is given twice; keep one of them");
                continue;
            }
            found = Some(match observe::arguments(ctxt, attribute, keyword::CATEGORY) {
                Some(tokens) => CategoryArgs::parse(ctxt, tokens),
                None => {
                    // `#[category]` alone names nothing; after `#[category = …]` a mistake has been reported.
                    let mistaken = !matches!(attribute.meta, Meta::Path(_));
                    CategoryArgs { mistaken, misnamed: mistaken, ..CategoryArgs::default() }
                }
            });
        }
        found
    }

    fn argument(&mut self, key: Key, input: ParseStream<'_>) -> Result<()> {
        let key = &key;
        match key.name {
            keyword::SEVERITY => {
                self.severity = Some(value::word(key, input, Severity::ALL, |severity| severity.as_str())?);
            }
            keyword::RETRY_AFTER => self.retry_after = Some(value::duration(key, input, "5s")?),
            keyword::ACTION => self.action = Some(value::string(key, input, "check the connection pool")?),
            keyword::RUNBOOK => self.runbook = Some(value::string(key, input, "database-down")?),
            keyword::TRANSPARENT => self.transparent = Some(value::flag(key, input)?),
            _ => {
                self.krate = Some(Given { value: value::path(key, input, "::obs_runtime")?, span: key.span });
            }
        }
        Ok(())
    }

    /// The category of a variant, or of a struct where `variant` is empty.
    fn category(&self, name: &str, variant: &str, default: &CategoryArgs) -> Category {
        fn text(own: Option<&Given<String>>, default: Option<&Given<String>>) -> Option<String> {
            own.or(default).map(|given| given.value.clone())
        }
        Category {
            variant: variant.to_owned(),
            name: name.to_owned(),
            severity: self.severity.or(default.severity).map(|given| given.value).unwrap_or_default(),
            retry_after: self.retry_after.or(default.retry_after).map(|given| given.value),
            action: text(self.action.as_ref(), default.action.as_ref()),
            runbook: text(self.runbook.as_ref(), default.runbook.as_ref()),
        }
    }
}

fn category_name(input: ParseStream<'_>) -> Result<Given<String>> {
    let given = value::text("category", input, "`#[category(\"not_found\")]`")?;
    if !input.is_empty() && !input.peek(Token![,]) {
        let error = input.error("expected `,` after the category's name");
        input.parse::<TokenStream>()?;
        return Err(error);
    }
    input.parse::<Option<Token![,]>>()?;
    name::check_value(&given.value).map_err(|message| syn::Error::new(given.span, message))?;
    Ok(given)
}

/// What one variant of an error type, or the whole of a struct, says about itself.
#[derive(Clone)]
pub enum ErrorCase {
    /// A category of its own.
    Own(Category),
    /// The category of its only field.
    Transparent(Member, Box<Type>),
}

/// An error type with `#[derive(ErrorCategory)]`.
#[derive(Clone)]
pub struct ErrorDerive {
    /// Each variant with its case; a struct has one, without a name.
    pub cases: Vec<(Option<Ident>, ErrorCase)>,
    /// Where the runtime is.
    pub krate: Option<Path>,
}

impl ErrorDerive {
    /// Reads an enum or a struct; `None` after a mistake.
    pub fn of(ctxt: &Ctxt, item: &Item) -> Option<ErrorDerive> {
        match item {
            Item::Enum(item) => {
                let container = CategoryArgs::among(ctxt, &item.attrs).unwrap_or_default();
                if let Some(span) = container.transparent {
                    ctxt.error(
                        span,
                        "`transparent` stands on a variant or a struct: an enum has no inner error",
                    );
                }
                let mut missing: Vec<&Ident> = Vec::new();
                let mut cases = Vec::new();
                for variant in &item.variants {
                    misplaced(ctxt, &variant.fields);
                    let args = CategoryArgs::among(ctxt, &variant.attrs);
                    no_crate(ctxt, args.as_ref());
                    let args = args.unwrap_or_default();
                    match case(ctxt, &args, &container, &variant.fields, Some(&variant.ident)) {
                        Some(case) => cases.push((Some(variant.ident.clone()), case)),
                        None if args.mistaken || container.misnamed || args.transparent.is_some() => {}
                        None => missing.push(&variant.ident),
                    }
                }
                uncategorised(ctxt, &missing);
                Some(ErrorDerive { cases, krate: container.krate.map(|given| given.value) })
            }
            Item::Struct(item) => {
                misplaced(ctxt, &item.fields);
                let args = CategoryArgs::among(ctxt, &item.attrs).unwrap_or_default();
                let case = case(ctxt, &args, &CategoryArgs::default(), &item.fields, None);
                if case.is_none() && !args.mistaken && args.transparent.is_none() {
                    ctxt.error(
                        item.ident.span(),
                        format!("`{}` has no category; add #[category(\"…\")] to it", item.ident),
                    );
                }
                Some(ErrorDerive {
                    cases: case.into_iter().map(|case| (None, case)).collect(),
                    krate: args.krate.map(|given| given.value),
                })
            }
            other => {
                ctxt.error_in(other, "#[derive(ErrorCategory)] stands on an enum or a struct");
                None
            }
        }
    }

    /// The categories of its own, in the order of its variants.
    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        self.cases.iter().filter_map(|(_, case)| match case {
            ErrorCase::Own(category) => Some(category),
            ErrorCase::Transparent(..) => None,
        })
    }
}

/// What a variant says; `None` where it has no name for its category, or after a mistake.
fn case(
    ctxt: &Ctxt,
    args: &CategoryArgs,
    default: &CategoryArgs,
    fields: &Fields,
    variant: Option<&Ident>,
) -> Option<ErrorCase> {
    use syn::ext::IdentExt;
    if let Some(span) = args.transparent {
        let mut all = fields.members().zip(fields.iter());
        return match (all.next(), all.next()) {
            (Some((member, field)), None) => Some(ErrorCase::Transparent(member, Box::new(field.ty.clone()))),
            _ => {
                ctxt.error(span, "`transparent` needs exactly one field: the error whose category it is");
                None
            }
        };
    }
    let name = args.name.as_ref().or(default.name.as_ref())?;
    let variant = variant.map(|ident| ident.unraw().to_string()).unwrap_or_default();
    Some(ErrorCase::Own(args.category(&name.value, &variant, default)))
}

fn uncategorised(ctxt: &Ctxt, missing: &[&Ident]) {
    let Some(first) = missing.first() else { return };
    let names: Vec<String> = missing.iter().map(|ident| format!("`{ident}`")).collect();
    ctxt.error(
        first.span(),
        format!(
            "no category for {}; add #[category(\"{}\")] to each variant, or a default to the enum",
            names.join(", "),
            name::snake_case(&first.to_string())
        ),
    );
}

fn misplaced(ctxt: &Ctxt, fields: &Fields) {
    for attribute in fields.iter().flat_map(|field| &field.attrs) {
        if attribute.path().is_ident(keyword::CATEGORY) {
            ctxt.error(
                attribute.path().span(),
                "`#[category]` stands on the variant or the type, not on a field",
            );
        }
    }
}

fn no_crate(ctxt: &Ctxt, args: Option<&CategoryArgs>) {
    if let Some(krate) = args.and_then(|args| args.krate.as_ref()) {
        ctxt.error(krate.span, "`crate` stands on the type, once for all of its variants");
    }
}
