//! Packages that are built from where they were unpacked: by `cargo package`, from a registry, or vendored.

mod common;

use common::{Scratch, cfg};
use obs_codegen::{Builder, Report};
use std::path::Path;

const OBSERVED: &str = "#[observe]\npub fn place() {}\n";

fn build(directory: &Path, out: &Path) -> Report {
    let builder = Builder::for_package(directory, out, cfg(&[])).mirror_to("observability");
    builder.try_emit().unwrap_or_else(|errors| panic!("it has mistakes:\n{errors}"))
}

/// `cargo package` refuses a build script that changes the sources, and a vendored file that changed is refused by
/// every later build.
#[test]
fn the_sources_of_an_unpacked_package_are_left_as_they_are() {
    let scratch = Scratch::new("unpacked", &[("src/lib.rs", OBSERVED), ("Cargo.toml.orig", "")]);
    let report = build(&scratch.path(""), &scratch.path("out"));
    assert_eq!(report.catalogue.functions.len(), 1);
    assert_eq!(report.warnings, []);
    assert!(scratch.path("out/catalogue.json").is_file());
    assert!(!scratch.path("observability").exists(), "the mirror was written into the package");

    std::fs::remove_file(scratch.path("Cargo.toml.orig")).unwrap();
    build(&scratch.path(""), &scratch.path("out"));
    assert!(scratch.path("observability/catalogue.json").is_file());
}

#[test]
fn a_vendored_package_builds_below_a_workspace_that_it_is_no_member_of() {
    let manifest = "[package]\nname = \"dependency\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let scratch = Scratch::new(
        "vendored",
        &[
            ("Cargo.toml", "[workspace]\nmembers = [\"app\"]\nresolver = \"3\"\n"),
            ("app/Cargo.toml", &manifest.replace("dependency", "app")),
            ("app/src/lib.rs", ""),
            ("vendor/dependency/Cargo.toml", manifest),
            ("vendor/dependency/Cargo.toml.orig", manifest),
            ("vendor/dependency/src/lib.rs", OBSERVED),
        ],
    );
    let report = build(&scratch.path("vendor/dependency"), &scratch.path("out"));
    assert_eq!(report.catalogue.functions.len(), 1);
    assert_eq!(report.warnings, []);
}

/// What is wrong with a member of the workspace is for its author to know.
#[test]
fn a_package_that_its_workspace_does_not_know_is_an_error() {
    let manifest = "[package]\nname = \"forgotten\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = []\nresolver = \"3\"\n"),
        ("forgotten/Cargo.toml", manifest),
        ("forgotten/src/lib.rs", OBSERVED),
    ];
    let scratch = Scratch::new("forgotten", &files);
    let outcome = Builder::for_package(scratch.path("forgotten"), scratch.path("out"), cfg(&[])).try_emit();
    let errors = outcome.expect_err("cargo refuses it").to_string();
    assert!(errors.contains("believes it's in a workspace when it's not"), "{errors}");
}

/// Two packages of a workspace that were told one directory.
#[test]
fn a_mirror_of_another_package_is_an_error_of_the_build() {
    let scratch = Scratch::new("mirrors", &[("src/lib.rs", OBSERVED)]);
    build(&scratch.path(""), &scratch.path("out"));
    let renamed = "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    scratch.write("Cargo.toml", renamed);
    let builder = Builder::for_package(scratch.path(""), scratch.path("out-of-other"), cfg(&[]));
    let errors = builder.mirror_to("observability").try_emit().expect_err("it is scratch's").to_string();
    assert!(errors.starts_with("build.rs: ") && errors.contains("was generated for scratch"), "{errors}");
}
