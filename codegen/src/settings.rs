//! What a build script tells the [`Builder`](crate::Builder), as the command reads it.
//!
//! The command does not run a build script that only names things. It looks for `.service("…")` and the
//! other settings in its text, so that both write the same files; a name that is computed there has to be
//! told to the command. What is *composed* in a build script is data of another kind, and the command asks
//! cargo for it: see [`compose`](crate::compose).

use std::path::Path;
use syn::visit::{self, Visit};
use syn::{Expr, ExprLit, ExprMethodCall, Lit};

/// The strings and flags that a build script gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The service's name.
    pub service: Option<String>,
    /// The team that is called.
    pub team: Option<String>,
    /// The web address of the repository.
    pub repository: Option<String>,
    /// The web address of Grafana.
    pub grafana: Option<String>,
    /// The web address of the directory of runbooks.
    pub runbooks: Option<String>,
    /// The directory of the committed artefacts, below the package's.
    pub mirror: Option<String>,
    /// Whether the program exports what the driver measures of its devices, if it says so.
    pub device_metrics: Option<bool>,
    /// Whether dashboards, alerts or objectives are composed by hand, or requests named.
    pub composes: bool,
}

/// The methods of the builder that compose.
const COMPOSING: [&str; 5] = ["dashboard", "alert", "objective", "foreign", "requests"];

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
        let flag = match (call.args.len(), call.args.first()) {
            (1, Some(Expr::Lit(ExprLit { lit: Lit::Bool(flag), .. }))) => Some(flag.value()),
            _ => None,
        };
        match call.method.to_string().as_str() {
            "device_metrics" => self.device_metrics = flag,
            "service" => self.service = argument,
            "team" => self.team = argument,
            "repository" => self.repository = argument,
            "grafana" => self.grafana = argument,
            "runbooks" => self.runbooks = argument,
            "mirror_to" => self.mirror = argument,
            method => self.composes |= COMPOSING.contains(&method),
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
            settings
        };
        let text =
            r#"fn main() { obs_codegen::Builder::from_crate().service("orders").mirror_to("ops").emit(); }"#;
        let expected =
            Settings { service: Some("orders".into()), mirror: Some("ops".into()), ..Settings::default() };
        assert_eq!(settings(text), expected);
        let text = "fn main() { obs_codegen::Builder::from_crate().service(name()).emit(); }";
        assert_eq!(settings(text), Settings::default());
        let text =
            "fn main() { obs_codegen::Builder::from_crate().team(\"shop\").dashboard(tiers()).emit(); }";
        assert_eq!(
            settings(text),
            Settings { team: Some("shop".into()), composes: true, ..Settings::default() }
        );
        let text = "fn main() { obs_codegen::Builder::from_crate().device_metrics(false).emit(); }";
        assert_eq!(settings(text), Settings { device_metrics: Some(false), ..Settings::default() });
        assert_eq!(Settings::of(Path::new("/nowhere/build.rs")), Settings::default());
    }
}
