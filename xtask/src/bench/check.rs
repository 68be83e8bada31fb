//! What an attribute costs whoever compiles it: `cargo check` of 1,000 functions.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

use super::figures::{Figures, Section};
use crate::Result;
use crate::cargo::{cargo, read, root};

/// As in the design.
const FUNCTIONS: usize = 1_000;

/// An attribute, and the crate that it comes from.
struct Attribute {
    /// The package that is generated for it.
    package: &'static str,
    /// Its row in the table.
    row: &'static str,
    /// What stands before each function.
    text: &'static str,
    /// In the words of a manifest; `{root}` is this repository.
    dependency: &'static str,
}

/// The versions are those of the workspace's own lock file, which is copied beside the generated packages.
/// `skip_all`, because the others capture no arguments either.
const ATTRIBUTES: [Attribute; 5] = [
    Attribute {
        package: "observe",
        row: "#[observe]",
        text: "#[obs_runtime::observe]",
        dependency: r#"obs-runtime = { path = "{root}/obs-runtime" }"#,
    },
    Attribute { package: "bare", row: "no attribute", text: "", dependency: "" },
    Attribute {
        package: "instrument",
        row: "#[tracing::instrument]",
        text: "#[tracing::instrument(skip_all)]",
        dependency: r#"tracing = "0.1""#,
    },
    Attribute {
        package: "fastrace-trace",
        row: "#[fastrace::trace]",
        text: "#[fastrace::trace]",
        dependency: r#"fastrace = { version = "0.7", features = ["enable"] }"#,
    },
    Attribute {
        package: "autometrics-attribute",
        row: "#[autometrics]",
        text: "#[autometrics::autometrics]",
        dependency: r#"autometrics = { version = "3", features = ["prometheus-0_14"] }"#,
    },
];

/// Times a check of each package, all of them once a round, their dependencies built before.
pub(super) fn measure(folder: &Path, quick: bool, figures: &mut Figures) -> Result {
    let folder = folder.join("check");
    generate(&folder)?;
    println!("checking the dependencies of {FUNCTIONS} functions");
    read(check(&folder).arg("--workspace"))?;
    let rounds = if quick { 2 } else { 5 };
    for round in 1..=rounds {
        println!("round {round} of {rounds}: check");
        for Attribute { package, row, .. } in &ATTRIBUTES {
            let source = folder.join(package).join("src/lib.rs");
            File::options().append(true).open(source)?.set_modified(SystemTime::now())?;
            let began = Instant::now();
            read(check(&folder).args(["--package", package]))?;
            figures.add(Section::Check, row, 1, began.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

/// A check that starts from nothing but its dependencies.
fn check(folder: &Path) -> Command {
    let mut command = cargo(["check", "--quiet", "--jobs", "2"]);
    command.current_dir(folder).env("CARGO_TARGET_DIR", folder.join("target")).env("CARGO_INCREMENTAL", "0");
    command
}

/// A workspace with a package for each attribute.
fn generate(folder: &Path) -> Result {
    fs::create_dir_all(folder)?;
    let members: Vec<_> = ATTRIBUTES.iter().map(|attribute| format!("{:?}", attribute.package)).collect();
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    for Attribute { package, text, dependency, .. } in &ATTRIBUTES {
        let folder = folder.join(package);
        fs::create_dir_all(folder.join("src"))?;
        let dependency = dependency.replace("{root}", &root().to_string_lossy().replace('\\', "/"));
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/lib.rs"), source(text))?;
    }
    Ok(())
}

/// The same functions for everybody: sync and async, fallible and not, in turn.
fn source(attribute: &str) -> String {
    let mut source = String::from("use std::num::ParseIntError;\n");
    for index in 0..FUNCTIONS {
        let function = match index % 4 {
            0 => {
                "pub fn {name}(words: &[String], least: usize) -> usize {
    let mut total = 0;
    for word in words.iter().filter(|word| word.len() >= least) {
        total += word.chars().filter(|c| c.is_alphanumeric()).count();
    }
    total
}"
            }
            1 => {
                "pub fn {name}(line: &str, limit: u64) -> Result<u64, ParseIntError> {
    let mut sum = 0u64;
    for field in line.split(',') {
        sum = sum.saturating_add(field.trim().parse::<u64>()?);
    }
    Ok(sum.min(limit))
}"
            }
            2 => {
                "pub async fn {name}(words: Vec<String>, separator: char) -> String {
    let mut joined = String::new();
    for word in words {
        if !joined.is_empty() {
            joined.push(separator);
        }
        joined.push_str(&std::future::ready(word).await);
    }
    joined
}"
            }
            _ => {
                "pub async fn {name}(line: String, times: u32) -> Result<Vec<i64>, ParseIntError> {
    let mut values = Vec::new();
    for field in line.split_whitespace() {
        let value: i64 = std::future::ready(field).await.parse()?;
        values.push(value * i64::from(times));
    }
    Ok(values)
}"
            }
        };
        let function = function.replace("{name}", &format!("function_{index:04}"));
        let _ = writeln!(source, "\n{attribute}\n{function}");
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attribute_is_all_that_differs() {
        let bare = source("");
        assert_eq!(bare.matches("pub ").count(), FUNCTIONS);
        let attributed = source("#[a]");
        assert_eq!(attributed.matches("\n#[a]\npub ").count(), FUNCTIONS);
        assert_eq!(attributed.replace("#[a]", ""), bare);
    }
}
