//! `labels(format = input.format, tenant = capped(&input.tenant, 50))` and `labels(state: PoolState)`.

use super::{Ctxt, Given, keyword, read, value};
use crate::catalogue;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Error, Expr, GenericArgument, Ident, Lit, PathArguments, Result, Token, Type};

/// How many distinct strings a capped label keeps where no number is given.
const DEFAULT_CAP: u32 = 100;
/// The largest cap: each value is a series, times every other label's values.
const MAX_CAP: u64 = 10_000;
/// How a call ends.
const RESULTS: [&str; 4] = ["ok", "error", "cancelled", "panic"];
/// The runtime's type for a capped label of a static.
const CAPPED_TYPE: &str = "Capped";

/// A label and what bounds it.
///
/// ```ebnf
/// labels = "labels" "(" [ label { "," label } [ "," ] ] ")" ;
/// label  = name "=" ( expression | "capped" "(" expression [ "," integer ] ")" )  (* on functions *)
///        | name "=" ( "result" "(" ")" | "error_type" "(" ")" )       (* of #[metric] on functions *)
///        | name ":" type ;                                                        (* on statics *)
/// ```
///
/// An expression is evaluated before the body. One that is a closure is called with a reference to what the function
/// returned; that too is for `#[metric]`.
#[derive(Clone)]
pub struct Label {
    /// The label's name.
    pub name: Given<String>,
    /// Where its values come from.
    pub bound: Bound,
}

/// Where a label's values come from, and so what bounds them.
#[derive(Clone)]
pub enum Bound {
    /// An expression whose type implements `LabelValue`.
    Value(Expr),
    /// A string expression, and how many distinct values it may have.
    Capped(Expr, u32),
    /// A type that implements `LabelValue`, or the runtime's `Capped<N>`.
    Type(Type),
    /// How the call ended: `ok`, `error`, `cancelled` or `panic`.
    Result,
    /// The category of the error that the call ended in; empty where it ended otherwise.
    ErrorType,
}

impl Label {
    /// The cap, for labels that have one.
    pub fn cap(&self) -> Option<u32> {
        match &self.bound {
            Bound::Value(_) | Bound::Result => None,
            Bound::Capped(_, cap) => Some(*cap),
            // Categories are few, but each crate adds its own.
            Bound::ErrorType => Some(DEFAULT_CAP),
            Bound::Type(ty) => capped_type(ty),
        }
    }

    /// The expression that gives its value on a function, before the body.
    pub fn expr(&self) -> Option<&Expr> {
        self.written().filter(|expr| !matches!(expr, Expr::Closure(_)))
    }

    /// The closure that gives its value on a function, of what that returned.
    pub fn reads(&self) -> Option<&Expr> {
        self.written().filter(|expr| matches!(expr, Expr::Closure(_)))
    }

    /// Whether its value is known only when the call has ended.
    pub fn is_outcome(&self) -> bool {
        matches!(self.bound, Bound::Result | Bound::ErrorType) || self.reads().is_some()
    }

    fn written(&self) -> Option<&Expr> {
        match &self.bound {
            Bound::Value(expr) | Bound::Capped(expr, _) => Some(expr),
            Bound::Type(_) | Bound::Result | Bound::ErrorType => None,
        }
    }

    pub(super) fn describe(&self) -> catalogue::Label {
        // Those of an enum are told where its type is in sight.
        let values = match &self.bound {
            Bound::Result => RESULTS.map(str::to_owned).into(),
            _ => Vec::new(),
        };
        catalogue::Label { name: self.name.value.clone(), cap: self.cap(), values }
    }
}

/// Reads what stands between the parentheses.
pub(super) fn parse(
    ctxt: &Ctxt,
    input: ParseStream<'_>,
    check: fn(&str) -> std::result::Result<(), String>,
) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    read::list(ctxt, input, |input| {
        let label = label(input)?;
        check(&label.name.value).map_err(|message| Error::new(label.name.span, message))?;
        if labels.iter().any(|known| known.name.value == label.name.value) {
            return Err(Error::new(
                label.name.span,
                format!("the label `{}` is given twice; keep one of them", label.name.value),
            ));
        }
        labels.push(label);
        Ok(())
    });
    labels
}

fn label(input: ParseStream<'_>) -> Result<Label> {
    const EXAMPLE: &str = "`name = expression`, `name = capped(expression)`, or on a static `name: Type`";
    let ident = input
        .call(Ident::parse_any)
        .map_err(|e| Error::new(e.span(), format!("expected a label: {EXAMPLE}")))?;
    let name = Given { value: ident.unraw().to_string(), span: ident.span() };
    if input.peek(Token![:]) && !input.peek(Token![::]) {
        input.parse::<Token![:]>()?;
        let ty: Type = input.parse().map_err(|e| {
            Error::new(e.span(), format!("expected the label's type, as in `{}: PoolState`", name.value))
        })?;
        return Ok(Label { name, bound: Bound::Type(ty) });
    }
    if !input.peek(Token![=]) {
        return Err(Error::new(name.span, format!("the label `{}` needs a value: {EXAMPLE}", name.value)));
    }
    input.parse::<Token![=]>()?;
    if input.peek(Ident) && input.peek2(syn::token::Paren) {
        let ahead = input.fork();
        let word = ahead.parse::<Ident>()?;
        if word == keyword::CAPPED {
            input.parse::<Ident>()?;
            return Ok(Label { name, bound: capped(input)? });
        }
        if let Some(bound) = outcome(&word, &ahead)? {
            input.advance_to(&ahead);
            return Ok(Label { name, bound });
        }
    }
    let value = input.parse().map_err(|e: Error| {
        Error::new(e.span(), format!("expected an expression, as in `{} = input.format`", name.value))
    })?;
    Ok(Label { name, bound: Bound::Value(value) })
}

/// `result()` or `error_type()`, of which the word was read.
fn outcome(word: &Ident, behind: ParseStream<'_>) -> Result<Option<Bound>> {
    let bound = match () {
        () if word == keyword::RESULT => Bound::Result,
        () if word == keyword::ERROR_TYPE => Bound::ErrorType,
        () => return Ok(None),
    };
    let content;
    syn::parenthesized!(content in behind);
    // With arguments it is a function of the user's.
    let ends = content.is_empty() && (behind.is_empty() || behind.peek(Token![,]));
    content.parse::<proc_macro2::TokenStream>()?;
    Ok(ends.then_some(bound))
}

/// The parentheses after `capped`.
fn capped(input: ParseStream<'_>) -> Result<Bound> {
    let content;
    let paren = syn::parenthesized!(content in input);
    let read = || {
        let expr: Expr = content.parse().map_err(|e| match content.is_empty() {
            true => Error::new(paren.span.join(), "`capped` takes a string: `capped(&input.tenant)`"),
            false => Error::new(e.span(), "expected an expression, as in `capped(&input.tenant, 50)`"),
        })?;
        let mut cap = DEFAULT_CAP;
        if content.parse::<Option<Token![,]>>()?.is_some() && !content.is_empty() {
            cap = value::integer("the cap of a label", &content, 1..=MAX_CAP)?.value as u32;
            content.parse::<Option<Token![,]>>()?;
        }
        match content.is_empty() {
            true => Ok(Bound::Capped(expr, cap)),
            false => Err(content.error("`capped` takes a string and a cap: `capped(&input.tenant, 50)`")),
        }
    };
    let bound = read();
    // What is left has been reported; syn would report it again.
    content.parse::<proc_macro2::TokenStream>()?;
    bound
}

/// The cap of the runtime's `Capped` or `Capped<N>`.
fn capped_type(ty: &Type) -> Option<u32> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == CAPPED_TYPE)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Some(DEFAULT_CAP) };
    match arguments.args.first() {
        Some(GenericArgument::Const(Expr::Lit(literal))) => match &literal.lit {
            Lit::Int(cap) => cap.base10_parse().ok(),
            _ => None,
        },
        _ => Some(DEFAULT_CAP),
    }
}

/// Where an expression is visibly a string made for the occasion, or a type is one that nothing bounds.
pub(super) fn unbounded(
    label: &Label,
    param: impl Fn(&Ident) -> Option<Type>,
) -> Option<(&dyn ToTokens, String)> {
    let name = &label.name.value;
    match &label.bound {
        Bound::Capped(..) | Bound::Result | Bound::ErrorType => None,
        Bound::Type(ty) => unbounded_type(ty).map(|found| {
            let message = format!(
                "unbounded label: nothing limits the values of {found}; \
                 use an enum with #[derive(LabelValue)], bool, or `{name}: Capped<50>`"
            );
            (ty as &dyn ToTokens, message)
        }),
        Bound::Value(expr) => unbounded_expr(expr, &param).map(|found| {
            let message = format!(
                "unbounded label: nothing limits the values of {found}; \
                 use an enum with #[derive(LabelValue)], a bool, or `{name} = capped(…)`"
            );
            (expr as &dyn ToTokens, message)
        }),
    }
}

fn unbounded_expr(expr: &Expr, param: &impl Fn(&Ident) -> Option<Type>) -> Option<String> {
    match expr {
        Expr::Reference(inner) => unbounded_expr(&inner.expr, param),
        Expr::Paren(inner) => unbounded_expr(&inner.expr, param),
        Expr::Group(inner) => unbounded_expr(&inner.expr, param),
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(_) => None,
            Lit::Str(_) => Some("a string".to_owned()),
            _ => Some("a number".to_owned()),
        },
        Expr::Macro(call) => call
            .mac
            .path
            .segments
            .last()
            .filter(|last| last.ident == "format")
            .map(|_| "`format!`".to_owned()),
        Expr::MethodCall(call) => {
            const STRINGS: [&str; 6] =
                ["to_string", "to_owned", "as_str", "to_lowercase", "to_uppercase", "into_string"];
            STRINGS.iter().find(|name| call.method == **name).map(|name| format!("`.{name}()`"))
        }
        Expr::Path(path) => path.path.get_ident().and_then(param).as_ref().and_then(unbounded_type),
        _ => None,
    }
}

fn unbounded_type(ty: &Type) -> Option<String> {
    const UNBOUNDED: [&str; 16] = [
        "String", "str", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
        "i128", "isize", "f64",
    ];
    match ty {
        Type::Reference(inner) => unbounded_type(&inner.elem),
        Type::Paren(inner) => unbounded_type(&inner.elem),
        Type::Group(inner) => unbounded_type(&inner.elem),
        Type::Path(path) if path.qself.is_none() => {
            let ident = path.path.get_ident()?;
            UNBOUNDED.iter().find(|name| ident == **name).map(|name| format!("`{name}`"))
        }
        _ => None,
    }
}
