//! What a build script tells the [`Builder`](crate::Builder), as the command reads it.
//!
//! The command does not run build scripts. It looks for `.service("…")` and `.mirror_to("…")` in their
//! text, so that both write the same files; a name that is computed there has to be told to the command.

use std::path::Path;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, ExprMethodCall, Lit};

/// The strings that a build script gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The service's name.
    pub service: Option<String>,
    /// The directory of the committed artefacts, below the package's.
    pub mirror: Option<String>,
}

impl Settings {
    /// Reads a build script; one that cannot be read gives nothing.
    pub fn of(build_script: &Path) -> Settings {
        let mut settings = Settings::default();
        let text = std::fs::read_to_string(build_script).unwrap_or_default();
        if let Ok(file) = syn::parse_file(&text) {
            settings.visit_file(&file);
        }
        settings
    }
}

impl<'ast> Visit<'ast> for Settings {
    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let argument = match (call.args.len(), call.args.first()) {
            (1, Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. }))) => Some(text.value()),
            _ => None,
        };
        if call.method == "service" {
            self.service = argument;
        } else if call.method == "mirror_to" {
            self.mirror = argument;
        }
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_and_expressions_are_not() {
        let settings = |text: &str| {
            let mut settings = Settings::default();
            settings.visit_file(&syn::parse_file(text).unwrap());
            (settings.service, settings.mirror)
        };
        let text =
            r#"fn main() { obs_codegen::Builder::from_crate().service("orders").mirror_to("ops").emit(); }"#;
        assert_eq!(settings(text), (Some("orders".into()), Some("ops".into())));
        let text = "fn main() { obs_codegen::Builder::from_crate().service(name()).emit(); }";
        assert_eq!(settings(text), (None, None));
        assert_eq!(Settings::of(Path::new("/nowhere/build.rs")), Settings::default());
    }
}
