//! What a build script composes, which only running it can tell.

use crate::args::Common;
use obs_codegen::Mistake;
use obs_codegen::compose::{Composed, FILE};
use obs_codegen::package::Package;
use obs_model::Place;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A line of `cargo check --message-format=json-render-diagnostics`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    package_id: String,
    out_dir: Option<PathBuf>,
}

/// Has cargo run the build script of a package, and reads what it composed; or else what is wrong there.
///
/// # Errors
///
/// Why cargo did not run it, or what it left cannot be read.
pub(crate) fn ask(package: &Package, common: &Common) -> Result<Result<Composed, Vec<Mistake>>, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args([
        "check",
        "--message-format=json-render-diagnostics",
        "--color=never",
        "--package",
        &package.name,
    ]);
    command.arg("--manifest-path").arg(package.root.join("Cargo.toml"));
    if !common.features.is_empty() {
        command.arg("--features").arg(common.features.join(","));
    }
    if common.all_features {
        command.arg("--all-features");
    }
    if common.no_default_features {
        command.arg("--no-default-features");
    }
    let output = command.output().map_err(|error| format!("cannot run cargo check: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    // What the compiler has to say of the package itself is none of our business: the script has run.
    if let Some(out) = out_dir(&told, package) {
        return read(&out.join(FILE)).map(Ok);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let mistakes = mistakes(&errors, package);
    if mistakes.is_empty() {
        let script = package.build_script.as_deref().unwrap_or(Path::new("build.rs"));
        // Before its errors, cargo tells what it compiled.
        let from =
            if errors.starts_with("error") { Some(0) } else { errors.find("\nerror").map(|at| at + 1) };
        let errors = errors.get(from.unwrap_or_default()..).unwrap_or_default().trim_end();
        return Err(format!("{} composes, and cargo cannot run it:\n{errors}", script.display()));
    }
    Ok(Err(mistakes))
}

fn out_dir(told: &str, package: &Package) -> Option<PathBuf> {
    let messages = told.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut ours = messages
        .filter(|message| message.reason == "build-script-executed" && is_of(&message.package_id, package));
    ours.next().and_then(|message| message.out_dir)
}

/// `path+file:///home/ada/shop#0.1.0`, or `path+file:///home/ada/shop#name@0.1.0` where the directory has another
/// name. Other packages of this name come from elsewhere.
fn is_of(id: &str, package: &Package) -> bool {
    let Some((from, _)) = id.strip_prefix("path+file://").and_then(|rest| rest.split_once('#')) else {
        return false;
    };
    let root = package.root.display().to_string().replace('\\', "/");
    from.trim_start_matches('/') == root.trim_start_matches('/')
}

fn read(path: &Path) -> Result<Composed, String> {
    let explain = |error: String| {
        format!("{}: {error}; is obs-codegen in [build-dependencies] of this version?", path.display())
    };
    let text = std::fs::read_to_string(path).map_err(|error| explain(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| explain(error.to_string()))
}

/// The errors that the build script told cargo: `error: shop@0.1.0: build.rs:3:5: …`.
fn mistakes(errors: &str, package: &Package) -> Vec<Mistake> {
    let start = format!("error: {}@", package.name);
    let told = errors.lines().filter_map(|line| line.strip_prefix(&start)?.split_once(": "));
    told.map(|(_, message)| mistake(message)).collect()
}

/// Takes `file:line:column: message` apart again.
fn mistake(text: &str) -> Mistake {
    let placed = || {
        let (at, message) = text.split_once(": ")?;
        let mut parts = at.rsplitn(3, ':');
        let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
        let place = Place { file: file.to_owned(), line: line.parse().ok()?, column: column.parse().ok()? };
        Some(Mistake::new(place, message))
    };
    placed().unwrap_or_else(|| Mistake::in_file("build.rs", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_back() {
        let told = |text: &str| mistake(text).to_string();
        for text in
            ["build.rs:3:5: unknown metric `x`: y", "C:\\a\\build.rs:3:5: x", "build.rs: something else"]
        {
            let expected = text.to_owned();
            let expected = if text.contains("else") { format!("build.rs: {expected}") } else { expected };
            assert_eq!(told(text), expected);
        }
        assert_eq!(mistake("build.rs:3:5: x").place.line, 3);
    }
}
