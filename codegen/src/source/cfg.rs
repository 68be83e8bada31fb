//! `#[cfg(…)]` and `#[cfg_attr(…, …)]`, by the build's own configuration.
//!
//! `cfg!` in a build script would ask about the build script itself, which may run on another machine.

use std::collections::BTreeSet;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitBool, LitStr, Meta, Token, ext::IdentExt};

/// The configuration that a crate is compiled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cfg {
    set: BTreeSet<(String, Option<String>)>,
}

impl Cfg {
    /// What cargo tells a build script in `CARGO_CFG_*`, features included, `--cfg` flags too.
    pub fn from_build_script() -> Cfg {
        // Not every variable need be UTF-8; those that are not cannot be ours.
        let utf8 =
            std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        let mut cfg = Cfg::from_variables(utf8);
        cfg.assertions(cfg!(debug_assertions));
        cfg
    }

    /// Reads variables as cargo sets them: `CARGO_CFG_UNIX=`, `CARGO_CFG_TARGET_HAS_ATOMIC=8,16`.
    ///
    /// Of features it reads `CARGO_CFG_FEATURE`, which spells them as written; `CARGO_FEATURE_A_B`
    /// cannot tell `a-b` from `a_b`.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Cfg {
        let mut cfg = Cfg::default();
        for (name, values) in variables {
            let Some(name) = name.strip_prefix("CARGO_CFG_") else { continue };
            let name = name.to_lowercase();
            if values.is_empty() {
                cfg.insert(&name, None);
            }
            for value in values.split(',') {
                cfg.insert(&name, Some(value));
            }
        }
        cfg
    }

    /// Reads the output of `rustc --print cfg`: `unix`, `target_os="linux"`, one a line.
    pub fn from_rustc(output: &str) -> Cfg {
        let mut cfg = Cfg::default();
        output.lines().for_each(|line| cfg.add(line));
        cfg
    }

    /// Adds one option, spelled as for `rustc --cfg`: `name` or `name="value"`.
    pub fn add(&mut self, option: &str) {
        match option.split_once('=') {
            None => self.insert(option.trim(), None),
            Some((name, value)) => self.insert(name.trim(), Some(value.trim().trim_matches('"'))),
        }
    }

    /// Turns a feature on.
    pub fn add_feature(&mut self, feature: &str) {
        self.insert("feature", Some(feature));
    }

    /// Whether a feature is on.
    pub fn has_feature(&self, feature: &str) -> bool {
        self.has("feature", Some(feature))
    }

    /// Cargo says `debug_assertions` to every build script, release builds included. A build script
    /// inherits the setting from the profile it is run for, so its own is the better answer.
    fn assertions(&mut self, on: bool) {
        self.set.retain(|(name, _)| name != "debug_assertions");
        if on {
            self.insert("debug_assertions", None);
        }
    }

    fn insert(&mut self, name: &str, value: Option<&str>) {
        self.set.insert((name.to_owned(), value.map(str::to_owned)));
    }

    fn has(&self, name: &str, value: Option<&str>) -> bool {
        self.set.contains(&(name.to_owned(), value.map(str::to_owned)))
    }

    /// Whether no `#[cfg]` among the attributes rules their item out. One that does not parse rules
    /// it out; rustc will say why.
    pub fn is_active(&self, attributes: &[Attribute]) -> bool {
        let holds = |attribute: &Attribute| attribute.parse_args::<Predicate>().is_ok_and(|p| p.holds(self));
        attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).all(holds)
    }

    /// The attributes, with each `#[cfg_attr(predicate, a, b)]` replaced by `#[a] #[b]`, or by nothing.
    pub(crate) fn resolve(&self, attributes: &[Attribute]) -> Vec<Attribute> {
        let mut resolved = attributes.to_vec();
        while let Some(at) = resolved.iter().position(|attribute| attribute.path().is_ident("cfg_attr")) {
            let attribute = resolved.remove(at);
            let Ok(Conditional { predicate, then }) = attribute.parse_args() else { continue };
            if predicate.holds(self) {
                let given = then.into_iter().map(|meta| Attribute { meta, ..attribute.clone() });
                resolved.splice(at..at, given);
            }
        }
        resolved
    }
}

/// `predicate, attribute, attribute`
struct Conditional {
    predicate: Predicate,
    then: Punctuated<Meta, Token![,]>,
}

impl Parse for Conditional {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let predicate = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Conditional { predicate, then: Punctuated::parse_terminated(input)? })
    }
}

/// What stands between the parentheses of `cfg(…)`.
enum Predicate {
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Option(String, Option<String>),
    Constant(bool),
}

impl Predicate {
    fn holds(&self, cfg: &Cfg) -> bool {
        match self {
            Predicate::All(all) => all.iter().all(|predicate| predicate.holds(cfg)),
            Predicate::Any(any) => any.iter().any(|predicate| predicate.holds(cfg)),
            Predicate::Not(not) => !not.holds(cfg),
            Predicate::Option(name, value) => cfg.has(name, value.as_deref()),
            Predicate::Constant(constant) => *constant,
        }
    }
}

impl Parse for Predicate {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitBool) {
            return Ok(Predicate::Constant(input.parse::<LitBool>()?.value));
        }
        let name = input.call(Ident::parse_any)?;
        if input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in input);
            let list: Punctuated<Predicate, Token![,]> = Punctuated::parse_terminated(&inner)?;
            let mut list: Vec<Predicate> = list.into_iter().collect();
            return match (name.to_string().as_str(), list.len()) {
                ("all", _) => Ok(Predicate::All(list)),
                ("any", _) => Ok(Predicate::Any(list)),
                ("not", 1) => Ok(Predicate::Not(Box::new(list.remove(0)))),
                _ => Err(syn::Error::new(name.span(), "expected `all(…)`, `any(…)` or `not(…)`")),
            };
        }
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse::<LitStr>()?.value()),
            None => None,
        };
        Ok(Predicate::Option(name.unraw().to_string(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn cfg() -> Cfg {
        let variables = [
            ("CARGO_CFG_UNIX", ""),
            ("CARGO_CFG_TARGET_OS", "linux"),
            ("CARGO_CFG_TARGET_HAS_ATOMIC", "16,8"),
            ("CARGO_CFG_TARGET_ABI", ""),
            ("CARGO_CFG_FEATURE", "default,tls-native"),
            ("CARGO_FEATURE_IGNORED", "1"),
        ];
        Cfg::from_variables(variables.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    #[test]
    fn predicates_hold_as_rustc_says() {
        let holds = |attribute: Attribute| cfg().is_active(&[attribute]);
        assert!(holds(parse_quote!(#[cfg(unix)])));
        assert!(holds(parse_quote!(#[cfg(target_os = "linux")])));
        assert!(holds(parse_quote!(#[cfg(target_has_atomic = "8")])));
        assert!(holds(parse_quote!(#[cfg(target_abi = "")])));
        assert!(holds(parse_quote!(#[cfg(feature = "tls-native")])));
        assert!(holds(parse_quote!(#[cfg(all(unix, any(windows, not(feature = "ignored"),)))])));
        assert!(holds(parse_quote!(#[cfg(all())])));
        assert!(holds(parse_quote!(#[cfg(true)])));
        assert!(holds(parse_quote!(#[inline])));
        assert!(!holds(parse_quote!(#[cfg(any())])));
        assert!(!holds(parse_quote!(#[cfg(false)])));
        assert!(!holds(parse_quote!(#[cfg(test)])));
        assert!(!holds(parse_quote!(#[cfg(target_os)])));
        assert!(!holds(parse_quote!(#[cfg(not(unix))])));
        assert!(!holds(parse_quote!(#[cfg(some(unix))])));
        assert!(!cfg().is_active(&[parse_quote!(#[cfg(unix)]), parse_quote!(#[cfg(windows)])]));
    }

    #[test]
    fn rustc_prints_the_same() {
        let printed = Cfg::from_rustc("unix\ntarget_os=\"linux\"\ntarget_abi=\"\"\n");
        assert!(printed.is_active(&[parse_quote!(#[cfg(all(unix, target_os = "linux", target_abi = ""))])]));
        assert!(!printed.is_active(&[parse_quote!(#[cfg(target_abi)])]));
    }

    #[test]
    fn conditional_attributes_are_unwrapped() {
        let item: syn::ItemMod = parse_quote! {
            #[cfg_attr(unix, cfg_attr(feature = "tls-native", path = "unix.rs", first))]
            #[cfg_attr(windows, path = "windows.rs")]
            #[cfg_attr(some(unix), gone)]
            #[last]
            mod platform;
        };
        let expected: syn::ItemMod = parse_quote!(
            #[path = "unix.rs"]
            #[first]
            #[last]
            mod platform;
        );
        let words = |attributes: &[Attribute]| -> Vec<String> {
            attributes.iter().map(|attribute| attribute.path().require_ident().unwrap().to_string()).collect()
        };
        let resolved = cfg().resolve(&item.attrs);
        assert_eq!(words(&resolved), words(&expected.attrs));
    }

    #[test]
    fn release_builds_have_no_debug_assertions() {
        let mut cfg = Cfg::from_rustc("debug_assertions");
        cfg.assertions(false);
        assert_eq!(cfg, Cfg::default());
    }
}
